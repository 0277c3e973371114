"""The checks of a source as tests, each with the reason why it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from devsession.testing.contract.told_suite import ToldSuite
from devsession.testing.source_contract import (
    definition_checks,
    entity_checks,
    system_checks,
)

if TYPE_CHECKING:
    from devsession.testing.source_contract.bench import SourceBench


class SourceSuite(ToldSuite):
    """What any metadata source has to keep to, tried with neither account nor network.

    The system is played by what the project has recorded in `scenarios/`; what that does not tell is
    skipped, and the reason says what to record. Secrets are made up, and searched for in all that
    comes out.
    """

    bench: ClassVar[SourceBench]

    # What it says of itself

    def test_its_configuration_is_whole(self) -> None:
        """A field that no form can ask for, or a secret in plain text, is found by a user too late."""
        self._hold(definition_checks.configuration_is_whole)

    def test_addresses_are_declared(self) -> None:
        """Whoever runs it opens the firewall for what its configuration names, and for no other."""
        self._hold(definition_checks.addresses_are_declared)

    def test_wrong_credentials_get_a_message(self) -> None:
        """A mistyped key is the most frequent mistake: it is found before all is read, in words."""
        self._hold(definition_checks.wrong_credentials_get_a_message)

    def test_it_closes_after_a_failure(self) -> None:
        """close() is called also when prepare() has failed; what it raises then hides the cause."""
        self._hold(definition_checks.closes_after_a_failure)

    def test_no_secret_is_told(self) -> None:
        """Catalog, logs and errors are read by people who must not know the key."""
        self._hold(definition_checks.no_secret_is_told)

    # What it comes to

    def test_it_reads_the_system(self) -> None:
        """The system as it was recorded is read without an error, and something comes of it."""
        self._hold(entity_checks.reads_the_system)

    def test_names_can_stand_in_the_catalog(self) -> None:
        """What has a name that the catalog refuses never gets there."""
        self._hold(entity_checks.names)

    def test_each_entity_comes_once(self) -> None:
        """Of two of one name the last one wins, and nobody sees that there were two."""
        self._hold(entity_checks.once)

    def test_parents_come_first(self) -> None:
        """A table whose schema is not there yet is refused, or hangs under what nobody described."""
        self._hold(entity_checks.parents)

    def test_tables_have_a_shape(self) -> None:
        """A column twice, or a field of what has no fields: the catalog refuses the whole table."""
        self._hold(entity_checks.shapes)

    def test_lineage_has_two_ends(self) -> None:
        """An edge to what nobody knows is lost, and with it the answer to where a number is from."""
        self._hold(entity_checks.lineage)

    def test_a_second_run_comes_to_the_same(self) -> None:
        """What differs each time is sent each time, and is a new version in the catalog each night."""
        self._hold(entity_checks.second_run)

    # Other systems

    def test_what_is_excluded_is_not_read(self) -> None:
        """Whoever excludes a table must not read it: its key may have no right to."""
        self._hold(system_checks.selection)

    def test_an_incremental_run(self) -> None:
        """`since` is in milliseconds, and what an incremental run reads is a part of the whole."""
        self._hold(system_checks.incremental)

    def test_an_empty_system(self) -> None:
        """A new customer's system has nothing in it: that is no error."""
        self._hold(system_checks.empty_system)

    def test_unicode_names(self) -> None:
        """Names come back as they were given, in whatever script; else they find nothing."""
        self._hold(system_checks.unicode_system)

    def test_a_huge_system(self) -> None:
        """What stops at the first hundred looks right in every small test."""
        self._hold(system_checks.huge_system)

    def test_failures_are_told(self) -> None:
        """What could not be read is an error: else it looks deleted, and a run removes it."""
        self._hold(system_checks.failures_are_told)
