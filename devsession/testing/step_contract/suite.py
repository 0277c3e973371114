"""The checks of any step as tests, each with the reason why it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from devsession.testing.contract import panel_check
from devsession.testing.contract.told_suite import ToldSuite
from devsession.testing.step_contract import definition_checks

if TYPE_CHECKING:
    from devsession.testing.step_contract.bench import StepBench


class StepSuite(ToldSuite):
    """What a source and a handler of events have to keep to alike."""

    bench: ClassVar[StepBench[Any]]

    # What it says of itself

    def test_its_configuration_is_whole(self) -> None:
        """A field that no form can ask for, or a secret in plain text, is found by a user too late.

        Source: developing-metadata-plugins guide, "Security and compliance": use secret managers or env vars.
        """
        self._hold(definition_checks.configuration_is_whole)

    def test_addresses_are_declared(self) -> None:
        """Whoever runs it opens the firewall for what its configuration names, and for no other.

        Source: developing-metadata-plugins guide, "Security and compliance": IP allowlists.
        """
        self._hold(definition_checks.addresses_are_declared)

    def test_wrong_credentials_get_a_message(self) -> None:
        """A mistyped key is the most frequent mistake: it is found before anything is done, in words."""
        self._hold(definition_checks.wrong_credentials_get_a_message)

    def test_it_closes_after_a_failure(self) -> None:
        """close() is called also when prepare() has failed; what it raises then hides the cause."""
        self._hold(definition_checks.closes_after_a_failure)

    def test_no_secret_is_told(self) -> None:
        """Catalog, outcomes, logs and errors are read by people who must not know the key.

        Source: developing-metadata-plugins guide, "Security and compliance": never log secrets.
        """
        self._hold(definition_checks.no_secret_is_told)

    def test_its_panel_builds(self) -> None:
        """A panel that raises shows an error in each session's card, and none of what it is for."""
        self._hold(panel_check.panel_builds)
