"""The checks of a source as tests, each with the reason why it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from devsession.testing.source_contract import (
    entity_checks,
    operation_checks,
    system_checks,
)
from devsession.testing.step_contract.suite import StepSuite

if TYPE_CHECKING:
    from devsession.testing.source_contract.bench import SourceBench


class SourceSuite(StepSuite):
    """What any metadata source has to keep to, tried with neither account nor network.

    The system is played by what the project has recorded in `scenarios/`; what that does not tell is
    skipped, and the reason says what to record. Secrets are made up, and searched for in all that
    comes out. What the guide asks for says so: `Source:`, with its section and its words.
    """

    bench: ClassVar[SourceBench]

    # What it comes to

    def test_it_reads_the_system(self) -> None:
        """The system as it was recorded is read without an error, and something comes of it."""
        self._hold(entity_checks.reads_the_system)

    def test_names_can_stand_in_the_catalog(self) -> None:
        """What has a name that the catalog refuses never gets there.

        Source: developing-metadata-plugins guide, "Testing plugins": entity fields, FQNs.
        """
        self._hold(entity_checks.names)

    def test_each_entity_comes_once(self) -> None:
        """Of two of one name the last one wins, and nobody sees that there were two.

        Source: developing-metadata-plugins guide, "Operational guidance": re-runs without duplicates.
        """
        self._hold(entity_checks.once)

    def test_parents_come_first(self) -> None:
        """A table whose schema is not there yet is refused, or hangs under what nobody described."""
        self._hold(entity_checks.parents)

    def test_tables_have_a_shape(self) -> None:
        """A column twice, or a field of what has no fields: the catalog refuses the whole table.

        Source: developing-metadata-plugins guide, "Testing plugins": entity fields.
        """
        self._hold(entity_checks.shapes)

    def test_lineage_has_two_ends(self) -> None:
        """An edge to what nobody knows is lost, and with it the answer to where a number is from.

        Source: developing-metadata-plugins guide, "Testing plugins": lineage shape.
        """
        self._hold(entity_checks.lineage)

    def test_a_second_run_comes_to_the_same(self) -> None:
        """What differs each time is sent each time, and is a new version in the catalog each night.

        Source: developing-metadata-plugins guide, "Operational guidance": design for re-runs.
        """
        self._hold(entity_checks.second_run)

    # Other systems

    def test_what_is_excluded_is_not_read(self) -> None:
        """Whoever excludes a table must not read it: its key may have no right to.

        Source: developing-metadata-plugins guide, "Configuration schema": include/exclude by regex.
        """
        self._hold(system_checks.selection)

    def test_an_incremental_run(self) -> None:
        """`since` is in milliseconds, and what an incremental run reads is a part of the whole.

        Source: developing-metadata-plugins guide, "Operational guidance": update timestamps or watermarks.
        """
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

    # How it is operated

    def test_its_permissions_are_listed(self) -> None:
        """Whoever gives it a key has to know which rights it needs: else it gets all of them.

        Source: developing-metadata-plugins guide, "Security and compliance": least-privilege credentials.
        """
        self._hold(operation_checks.permissions_are_listed)

    def test_a_busy_system_is_waited_for(self) -> None:
        """Who gives up loses what it was about to read; who does not wait is shut out.

        Source: developing-metadata-plugins guide, "Operational guidance": backoff and retries on API 429/5xx.
        """
        self._hold(operation_checks.waits_for_a_busy_system)

    def test_it_resumes_after_a_failed_run(self) -> None:
        """What a run did not store the next one reads: only the workflow knows what was stored.

        Source: developing-metadata-plugins guide, "Operational guidance": incremental sync, watermarks.
        """
        self._hold(operation_checks.resumes_after_a_cut)

    def test_errors_have_structure(self) -> None:
        """Of a line on the screen nobody can tell which entity is missing, and no alarm looks there.

        Source: developing-metadata-plugins guide, "Operational guidance": log structured errors.
        """
        self._hold(operation_checks.errors_have_structure)

    def test_counts_are_right(self) -> None:
        """Who looks after a hundred workflows looks at their counts first, and at nothing else.

        Source: developing-metadata-plugins guide, "Operational guidance": emit telemetry: counts.
        """
        self._hold(operation_checks.counts_are_right)
