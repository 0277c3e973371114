"""Storing what came in an inbound scenario, as a run would: records with the states that cover them."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.plugin.record_json import as_json
from devsession.plugin.record_key import at
from devsession.plugin.stream_rules import is_earlier
from devsession.plugin.stream_spool import Spool
from devsession.plugin.stream_store import Checkpoint
from devsession.plugin.streams import InboundSyncStrategy
from devsession.recording.received import ReceivedDelete

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from devsession.plugin.streams import StoredStreamConfiguration
    from devsession.recording.received import Received, ReceivedRecord, ReceivedStream
    from devsession.recording.scenario_input import InboundScenarioInput
    from devsession.session.inbound_sync import InboundSync


def apply_received(sync: InboundSync, frozen: InboundScenarioInput, received: Received) -> None:
    """Store it in the warehouse, stream by stream, where it fits what is stored there.

    What replaces was read to its end; a state is covered by what was stored before it.
    """
    tables = sync.tables
    states = tables.states()
    for stream in frozen.streams:
        name = stream.stream_name
        came, state = received.streams.get(name), states.get(name)
        if came is None or _is_covered(stream, came.state, state):
            continue
        problem = ""
        if stream.storage_behaviour == "replace":
            problem = "" if came.complete else "it was not read to its end"
        elif (
            stream.sync_strategy == InboundSyncStrategy.INCREMENTAL and state != stream.latest_state
        ):
            problem = "what the warehouse holds has another state than the scenario begins with"
        if problem:
            print(f"{name}: not stored, {problem}")  # noqa: T201 - the author's cell shows it
            continue
        with tempfile.TemporaryDirectory(prefix="devsession-") as folder:
            for checkpoint in _checkpoints(stream, came, Path(folder)):
                tables.store(checkpoint)


def _is_covered(
    stream: StoredStreamConfiguration,
    came: Mapping[str, Any] | None,
    state: Mapping[str, Any] | None,
) -> bool:
    """Whether the warehouse holds it already, or is further."""
    if state is None or stream.sync_strategy != InboundSyncStrategy.INCREMENTAL:
        return False
    cursor = stream.cursor
    return came == state or (cursor is not None and is_earlier(at(came, cursor), at(state, cursor)))


def _checkpoints(
    stream: StoredStreamConfiguration, came: ReceivedStream, folder: Path
) -> Iterator[Checkpoint]:
    """Criteria begin one, as they mean what came before; the state is that of the last."""
    parts = _parts(came)
    for number, (criteria, records) in enumerate(parts):
        last = number == len(parts) - 1
        yield Checkpoint(
            stream,
            _files(records, stream, folder, number),
            criteria,
            came.state if last else None,
            first=number == 0,
            complete=last and came.complete,
        )


def _parts(came: ReceivedStream) -> list[tuple[list[dict[str, Any]], list[ReceivedRecord]]]:
    parts: list[tuple[list[dict[str, Any]], list[ReceivedRecord]]] = [([], [])]
    for each in came.items:
        if isinstance(each, ReceivedDelete):
            if parts[-1][1]:
                parts.append(([], []))
            parts[-1][0].append(dict(each.criteria))
        else:
            parts[-1][1].append(each)
    return parts


def _files(
    records: list[ReceivedRecord], stream: StoredStreamConfiguration, folder: Path, number: int
) -> list[Path]:
    spool = Spool(folder, number)
    keys: Any = [each.key if stream.key else None for each in records]
    texts = [as_json(each.record) for each in records]
    spool.add(keys, texts, [each.deleted for each in records], datetime.now(UTC))
    spool.cover()
    return spool.take()
