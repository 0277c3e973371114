"""One stream on its way through a run: what came, what a state covers, and when it is stored."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple

from devsession.errors import PluginRaisedError
from devsession.plugin.stream_store import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from devsession.http.clock import Clock
    from devsession.plugin.stream_page import Page
    from devsession.plugin.stream_schema import RecordSchema
    from devsession.plugin.stream_spool import Spool
    from devsession.plugin.stream_store import StreamStore
    from devsession.plugin.streams import StoredStreamConfiguration


class Pace(NamedTuple):
    """How often a stream is stored: after this many records, or seconds, whichever comes first.

    States come with each page; to store each page by itself would cost more than to read it.
    """

    records: int = 100_000
    seconds: float = 10.0


@dataclass(frozen=True)
class StreamProgress:
    """How far a stream is. records: enqueued, deletes included; total: as the plugin says."""

    stream_name: str
    started: bool = False
    complete: bool = False
    failed: bool = False
    records: int = 0
    deleted: int = 0
    stored: int = 0
    total: int | None = None
    total_is_estimate: bool = False


class StreamRun:
    """The records of one stream until they are stored with their state. `lock` holds its order.

    before_store: is given the files of a checkpoint, to look at.
    """

    def __init__(
        self,
        stream: StoredStreamConfiguration,
        store: StreamStore,
        spool: Spool,
        *,
        clock: Clock,
        pace: Pace,
        before_store: Callable[[StoredStreamConfiguration, Sequence[Path]], None],
    ) -> None:
        self.stream = stream
        self.lock = RLock()
        self.state = stream.latest_state
        self.progress = StreamProgress(stream.stream_name)
        self.schema: RecordSchema | None = None
        self.refused: BaseException | None = None
        self._store_broke = False
        self._store = store
        self._spool = spool
        self._clock = clock
        self._pace = pace
        self._before_store = before_store
        self._last_stored = clock.now()
        self._first = True
        self._new_state: dict[str, Any] | None = None
        self._criteria: list[Mapping[str, Any]] = []
        self._waiting_criteria: list[Mapping[str, Any]] = []

    @property
    def waiting(self) -> int:
        """How many records, and criteria, no state covers yet."""
        return self._spool.waiting + len(self._waiting_criteria)

    def take(self, page: Page) -> None:
        """Spool a page, and store what its state covers when it is time."""
        deleted, retrieved = page.deleted, datetime.fromtimestamp(self._clock.now(), UTC)
        self._spool.add(self._names(page), page.texts, deleted, retrieved)
        gone = sum(deleted) if isinstance(deleted, list) else len(page) * deleted
        self.note(
            started=True,
            records=self.progress.records + len(page),
            deleted=self.progress.deleted + gone,
        )
        self.cover(page.state)

    def delete(self, criteria: Mapping[str, Any], state: dict[str, Any] | None) -> None:
        """Mark what is stored and matches; records that came before have to be stored then."""
        if self._spool.covered or self._spool.waiting:
            self.store_all()
        self._waiting_criteria.append(criteria)
        self.note(started=True)
        self.cover(state)

    def cover(self, state: dict[str, Any] | None) -> None:
        """A state came, if one did: it covers all that came before it."""
        if state is None:
            return
        self._cover_waiting()
        self._new_state = self.state = state
        waited = self._clock.now() - self._last_stored
        if self._spool.covered >= self._pace.records or waited >= self._pace.seconds:
            self.store_covered()

    def store_covered(self) -> None:
        """Store what a state covers, and the state with it."""
        self._store_checkpoint(complete=False)

    def store_all(self, *, complete: bool = False) -> None:
        """Store the rest as well: records may be ahead of the state, the state never of them."""
        self._cover_waiting()
        self._store_checkpoint(complete=complete)
        if complete:
            self.note(complete=True)

    def give_up(self) -> None:
        """Store what a state covers, if that is possible, and let the rest go."""
        if not self._store_broke:
            # What ended the run is the error to tell.
            with suppress(Exception):
                self.store_covered()
        self._spool.drop_waiting()
        self._waiting_criteria = []
        # A state that comes now from some thread would cover what was let go.
        self.refused = self.refused or PluginRaisedError("reading it failed")
        self.note(failed=self.progress.started)

    def note(self, **changes: Any) -> None:
        """Change what is known of the progress."""
        self.progress = StreamProgress(**{**vars(self.progress), **changes})

    def _names(self, page: Page) -> Sequence[str] | Sequence[None]:
        """APP_IDENTIFIER: the keys. Without one, what replace stores has its numbers in this run."""
        if self.stream.key or self.stream.storage_behaviour != "replace":
            return page.keys
        before = self.progress.records
        return [str(number) for number in range(before + 1, before + len(page) + 1)]

    def _cover_waiting(self) -> None:
        self._spool.cover()
        self._criteria += self._waiting_criteria
        self._waiting_criteria = []

    def _store_checkpoint(self, *, complete: bool) -> None:
        records = self._spool.covered
        if not (records or self._criteria or self._new_state is not None or complete):
            return
        # Until it is stored, no later state may be: that would cover what is lost.
        self._store_broke = True
        files = self._spool.take()
        try:
            self._before_store(self.stream, files)
            self._store.store(
                Checkpoint(
                    self.stream,
                    files,
                    self._criteria,
                    self._new_state,
                    first=self._first,
                    complete=complete,
                )
            )
        finally:
            for file in files:
                file.unlink(missing_ok=True)
        self._store_broke = self._first = False
        self._new_state, self._criteria = None, []
        self._last_stored = self._clock.now()
        self.note(stored=self.progress.stored + records)
