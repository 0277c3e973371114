"""Completing a scenario: audit, test, proof that the test can fail, and what was frozen."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devsession.errors import ScenarioError, SecretLeakError
from devsession.plugin.sync_source import completing
from devsession.recording.event_scenario import EventScenarioFolder
from devsession.recording.inbound_scenario import InboundScenarioFolder
from devsession.recording.metadata_scenario import MetadataScenarioFolder
from devsession.render import NEUTRAL, both_ends, counted, html_line, html_report, shortened
from devsession.secrets.audit import audit
from devsession.session.takes import drop_former_cells
from devsession.testing.generate import check_importable, write_tests
from devsession.testing.proof import prove_test
from devsession.testing.scenarios import METHODS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.recording.exchange import Exchange
    from devsession.recording.scenario import AnyFolder, ScenarioFolder
    from devsession.session.development import DevelopmentSession
    from devsession.session.sync import Sync

_SHOWN_FAILURES = 3
_ALL_FAILED = (
    "  Every record failed. If the cells had done it in the app already: undo it there, then "
    "scenario.run() and complete() again"
)
FREEZES = "It freezes what the plugin does now and proves no correctness: that it is right, only you can say"


@dataclass(frozen=True, repr=False)
class Told:
    """What was done, as lines, the first of which says it all."""

    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(self.lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head, *rest = self.lines
        lines = (html_line(text, style="white-space:pre-wrap") for text in rest)
        return html_report(head, *lines, edge=NEUTRAL)


def completion_of(session: DevelopmentSession, folder: AnyFolder) -> Told:
    """Audit a scenario's folder and, when the method has run, write its test and prove it.

    Raises: SecretLeakError, or ScenarioError when the test does not hold.
    """
    audited = audit([folder.path], session.vault.redactor)
    if not audited:
        raise SecretLeakError(
            f"The scenario {folder.path.name} holds a secret",
            tried=str(audited),
            where=str(folder.path),
            next_step="open it again with refresh=True and run() it",
        )
    # Not told: cells were edited before this, and the notebook would say it once only.
    drop_former_cells(session)
    place = folder.path.relative_to(session.workspace.folder)
    lines = [
        f"Scenario saved in {place}, no secret found",
        *frozen_lines(folder),
        *(_tested(session, folder) if folder.has_test else _not_tested(folder)),
    ]
    return Told(tuple(lines))


def _not_tested(folder: AnyFolder) -> tuple[str, ...]:
    method = METHODS[folder.read_head().direction]
    return (
        "No test yet: the method of plugin.py has not run",
        f"next: move the code into {method}, then scenario.run() and complete()",
    )


def frozen_lines(folder: AnyFolder) -> list[str]:
    """What the test will hold the plugin to: how much, and a sample."""
    exchanges = folder.read_cassette()
    if isinstance(folder, MetadataScenarioFolder):
        lines = _entity_lines(folder, exchanges)
    elif isinstance(folder, InboundScenarioFolder):
        lines = _received_lines(folder, exchanges)
    else:
        lines = _outcome_lines(folder, exchanges)
    for exchange in exchanges[:1]:
        answer = f"{exchange.status} {exchange.reason}".strip()
        lines.append(f"  {exchange.method} {both_ends(exchange.url)} -> {shortened(answer)}")
    return lines


def _received_lines(folder: InboundScenarioFolder, exchanges: Sequence[Exchange]) -> list[str]:
    """Each stream with the state that covers it."""
    received = folder.read_results()
    counts = f"{counted(len(received), 'record')} of {counted(len(received.streams), 'stream')}"
    lines = [f"Frozen: {counts}, {counted(len(exchanges), 'exchange')}"]
    for name, stream in received.streams.items():
        gone = sum(record.deleted for record in stream.records)
        deleted = f", {gone:,} of them deleted" if gone else ""
        state = json.dumps(stream.state, ensure_ascii=False) if stream.state else "none"
        told = f"{counted(len(stream.records), 'record')}{deleted}, state {state}"
        lines.append(f"  {name}: {shortened(told)}")
    return lines


def _entity_lines(folder: MetadataScenarioFolder, exchanges: Sequence[Exchange]) -> list[str]:
    """How many of each kind."""
    lines = folder.read_entities()
    kinds = Counter(str(line["kind"]) for line in lines)
    told = [f"Frozen: {counted(len(lines), 'entity')}, {counted(len(exchanges), 'exchange')}"]
    return [*told, *(f"  {kind}: {number:,}" for kind, number in kinds.items())]


def _outcome_lines(
    folder: ScenarioFolder | EventScenarioFolder, exchanges: Sequence[Exchange]
) -> list[str]:
    """Some of the failures, and a success."""
    rows: list[dict[str, Any]] = folder.read_outcomes().to_dict("records")  # type: ignore[assignment]
    failed = [row for row in rows if not row["SUCCESS"]]
    succeeded = [row for row in rows if row["SUCCESS"]]
    offered = (
        counted(len(folder.read_events()), "event")
        if isinstance(folder, EventScenarioFolder)
        else counted(len(folder.read_records()), "record")
    )
    counts = f"{len(succeeded):,} ok, {len(failed):,} failed"
    lines = [f"Frozen: {offered}, {counted(len(exchanges), 'exchange')}, {counts}"]
    for row in failed[:_SHOWN_FAILURES]:
        lines.append(f"  {row['IDENTIFIER']}: {shortened(row['RESULT'])}")
    if len(failed) > _SHOWN_FAILURES:
        lines.append(f"  and {len(failed) - _SHOWN_FAILURES:,} more")
    if failed and not succeeded:
        lines.append(_ALL_FAILED)
    for row in succeeded[:1]:
        known = f", {row['APP_IDENTIFIER']} in the app" if row["APP_IDENTIFIER"] else ""
        lines.append(f"  {row['IDENTIFIER']}: ok{known}")
    return lines


def _tested(session: DevelopmentSession, folder: AnyFolder) -> list[str]:
    plugin_class = session.loaded_class
    check_importable(session.workspace.folder, plugin_class.__name__)
    file = write_tests(session.workspace.folder, plugin_class)
    proof = prove_test(plugin_class, folder.path, file)
    if not proof:
        raise ScenarioError(
            f"The test of {folder.path.name} does not hold",
            tried=str(proof),
            where=str(file),
            next_step="scenario.run() again, and look at what differs",
        )
    return [
        f"Test: {file.relative_to(session.workspace.folder)}, run twice",
        "  as generated: passes, with the network shut",
        f"  with {proof.change}: fails, as it should",
        FREEZES,
        "next: devsession test",
    ]


def apply_outcomes(sync: Sync, folder: ScenarioFolder) -> None:
    """Hand a scenario's outcomes to where its sync comes from, of the records still the same."""
    frozen, outcomes = folder.read_records(), folder.read_outcomes()
    content = dict(zip(frozen["IDENTIFIER"], frozen["TRANSFORMED_RECORD"], strict=True))
    with completing(sync.begin()) as source:
        same = {
            identifier: content.get(identifier) == record
            for batch in source.batches(actions=None, size=10_000)
            for identifier, record in zip(
                batch["IDENTIFIER"], batch["TRANSFORMED_RECORD"], strict=True
            )
            if identifier in content
        }
        applied = outcomes[outcomes["IDENTIFIER"].map(same.get).eq(True)]
        if len(applied):
            source.apply(applied)
    if changed := len(same) - sum(same.values()):
        # The author's cell shows it.
        print(f"{counted(changed, 'outcome')} not applied: the record has changed since")  # noqa: T201
