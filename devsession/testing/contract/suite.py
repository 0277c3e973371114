"""The checks as tests, each with the reason why it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from devsession.testing.contract import (
    connection_checks,
    definition_checks,
    fault_checks,
    inbound_checks,
    outbound_checks,
    panel_check,
    secret_checks,
)
from devsession.testing.contract.told_suite import ToldSuite

if TYPE_CHECKING:
    from devsession.testing.contract.bench import Bench


class ContractSuite(ToldSuite):
    """What any plugin has to keep to, tried with neither account nor network.

    The app is played by what the project has recorded in `scenarios/`; what that does not tell is
    skipped, and the reason says what to record. Secrets are made up, and searched for in all that
    comes out.
    """

    bench: ClassVar[Bench]

    # What the plugin says of itself

    def test_the_manifest_is_whole(self) -> None:
        """What a manifest promises and nobody wrote fails at a customer, in the first run."""
        self._hold(definition_checks.manifest_is_whole)

    def test_its_forms_build(self) -> None:
        """A form that raises cannot be filled: each method, strategy and target type has its own."""
        self._hold(definition_checks.forms_build)

    def test_options_fail_at_their_field(self) -> None:
        """When the app refuses, a user has to see which field waits for it, and why."""
        self._hold(definition_checks.options_fail_at_their_field)

    def test_its_panel_builds(self) -> None:
        """A panel that raises shows an error in each session's card, and none of what it is for."""
        self._hold(panel_check.panel_builds)

    # Connecting

    def test_wrong_credentials_get_a_message(self) -> None:
        """A mistyped key is the most frequent mistake: connect() finds it, and says so in words."""
        self._hold(connection_checks.wrong_credentials_get_a_message)

    def test_secrets_are_declared(self) -> None:
        """What is not declared secret is stored, shown and recorded in plain text."""
        self._hold(connection_checks.secrets_are_declared)

    def test_addresses_are_declared(self) -> None:
        """Snowflake lets a plugin reach the addresses that it declared, and no other."""
        self._hold(connection_checks.addresses_are_declared)

    def test_no_secret_is_told(self) -> None:
        """Logs, errors and outcomes are read by people who must not know the key."""
        self._hold(secret_checks.no_secret_is_told)

    # Sending records

    def test_outcomes_of_recorded_records(self) -> None:
        """Each record has one outcome that keeps the rules: a record without one is lost to a user."""
        self._hold(outbound_checks.recorded_records)

    def test_outcomes_of_refused_records(self) -> None:
        """What the app refuses has failed, with its words: else nobody sends it again."""
        self._hold(outbound_checks.refused_records)

    def test_an_empty_run(self) -> None:
        """Most scheduled runs have nothing to send, and must not fail, nor call for nothing."""
        self._hold(outbound_checks.empty_run)

    def test_outcomes_of_huge_records(self) -> None:
        """One oversized value must not take the other records with it."""
        self._hold(outbound_checks.huge_records)

    def test_outcomes_of_unicode_records(self) -> None:
        """Identifiers come back as they were given, in whatever script; else their outcome is lost."""
        self._hold(outbound_checks.unicode_records)

    def test_outcomes_of_null_records(self) -> None:
        """Tables have empty cells, and each becomes null in a record."""
        self._hold(outbound_checks.null_records)

    def test_batches_of_one_n_and_one_more(self) -> None:
        """The last, short batch is where records are forgotten, or sent twice."""
        self._hold(outbound_checks.batches)

    def test_each_strategy_is_handled(self) -> None:
        """Every action of every strategy in the manifest reaches the plugin one day."""
        self._hold(outbound_checks.strategies)

    def test_a_second_run_is_safe(self) -> None:
        """A killed run is run again with the same records: they must not be made once more."""
        self._hold(outbound_checks.second_run)

    # Reading streams

    def test_streams_are_read(self) -> None:
        """A stream that stops halfway leaves its table half filled."""
        self._hold(inbound_checks.streams_are_read)

    def test_states_move_forward(self) -> None:
        """A state that goes back, or is missing, has the next run read everything again."""
        self._hold(inbound_checks.states_move_forward)

    def test_a_second_run_resumes(self) -> None:
        """A state that nobody reads makes each run as long and as dear as the first."""
        self._hold(inbound_checks.second_run_resumes)

    def test_deletes_are_told(self) -> None:
        """What is gone in the app stays in the warehouse for ever, unless the plugin says so."""
        self._hold(inbound_checks.deletes_are_told)

    def test_the_schema_is_honest(self) -> None:
        """Views are made of json_schema: where a value breaks it, they show null."""
        self._hold(inbound_checks.schema_is_honest)

    # Both

    def test_faults_of_the_app_are_borne(self) -> None:
        """Apps are down, busy or cut off every week: no record may be lost then, or made twice."""
        self._hold(fault_checks.faults_are_borne)


CHECKS = ContractSuite.checks()
