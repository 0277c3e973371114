"""Which streams are chosen on a sync's page, and how, until they are saved."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from devsession.session.stream_choices import kept_choices, made
from devsession.session.stream_usual import usual_storage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from devsession.plugin.streams import StreamConfiguration
    from devsession.session.inbound_sync import InboundSync


class StreamPicks:
    """What is picked for one sync; as it is saved while nobody has picked anything."""

    def __init__(self, sync: InboundSync) -> None:
        self._sync = sync
        self._wanted: dict[str, dict[str, Any]] | None = None
        self._include_new: bool | None = None
        # How a stream was to be read that is not to be read now: ticked again it is as before.
        self._left: dict[str, dict[str, Any]] = {}
        self._tell: Callable[[], None] = lambda: None

    def when_forgotten(self, tell: Callable[[], None]) -> None:
        """Call `tell` whenever what is saved counts again: a cell may have saved something else."""
        self._tell = tell

    @property
    def are_unsaved(self) -> bool:
        """Whether somebody has picked something since it was saved."""
        return self._wanted is not None or self._include_new is not None

    @property
    def include_new(self) -> bool:
        """Whether streams are read that the app has later."""
        saved = self._sync.record.streams.include_new_streams
        return saved if self._include_new is None else self._include_new

    def wanted(
        self, listed: Sequence[StreamConfiguration], *, include_new: bool | None = None
    ) -> dict[str, dict[str, Any]]:
        """Stream -> choices, as `fill(streams=..)` takes them; all where nobody ever left one out.

        listed: what the app has. include_new: with those that it did not have when it was saved.
        """
        if self._wanted is not None:
            return self._wanted
        include_new = self.include_new if include_new is None else include_new
        if not self._sync.filled:
            return {stream.stream_name: {} for stream in listed}
        before = self._sync.record.streams
        return kept_choices(listed, before, new=include_new or not before.excluded_streams)

    def read(
        self, listed: Sequence[StreamConfiguration], names: Iterable[str], *, are_read: bool
    ) -> None:
        """Read these streams as well, or not any more."""
        wanted = dict(self.wanted(listed))
        for name in names:
            if not are_read:
                self._left[name] = wanted.pop(name, {})
            elif name not in wanted:
                wanted[name] = self._left.pop(name, {})
        self._wanted = wanted

    def choose(
        self, listed: Sequence[StreamConfiguration], name: str, choice: str, value: object
    ) -> None:
        """Set one of a stream's `CHOICES`; None for what is usual. The others stay as they stand,
        but for a storage that was the usual one: it goes on being that."""
        wanted = self.wanted(listed)
        stream = next((each for each in listed if each.stream_name == name), None)
        if stream is None:  # gone while somebody clicked
            return
        before = made(stream, wanted.get(name, {}))
        chosen = {**wanted.get(name, {}), "strategy": str(before["strategy"]), choice: value}
        if choice != "storage" and before["storage"] == usual_storage(
            before["strategy"], bool(before["key"])
        ):
            chosen["storage"] = None
        stated = {each: value for each, value in chosen.items() if value}
        self._wanted = {**wanted, name: stated}

    def read_new(self, are_read: bool) -> None:
        """Read streams that the app has later, or not."""
        self._include_new = are_read

    @property
    def drafted(self) -> dict[str, str | None]:
        """What is picked and not saved, as text that `bring_back` takes."""
        draft: dict[str, str | None] = {}
        if self._wanted is not None:
            draft["streams"] = json.dumps(self._wanted, ensure_ascii=False)
        if self._include_new is not None:
            draft["new streams"] = json.dumps(self._include_new)
        return draft

    def bring_back(self, drafted: Mapping[str, str | None]) -> None:
        """What an earlier kernel had picked."""
        wanted, include_new = drafted.get("streams"), drafted.get("new streams")
        self._wanted = json.loads(wanted) if wanted else None
        self._include_new = json.loads(include_new) if include_new else None

    def forget(self) -> None:
        """What is saved counts again."""
        self._wanted = self._include_new = None
        self._left.clear()
        self._tell()
