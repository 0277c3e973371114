"""Whether a read on the tape is too old: made before a write that it should see."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devsession.recording.matching import CanonicalRequest
    from devsession.recording.takes import Place
    from devsession.recording.tape import Entry

_Host = tuple[str, int | None]

# A process may live for days. The place that was first asked longest ago is forgotten: asked again,
# it counts as new, so that the app is called.
_PLACES = 100_000


class Freshness:
    """What this process has written to each host, by the ages of the tape.

    A place that is asked again gives its answer again, whatever was written in the take that is
    played once more. One that is asked for the first time sees all writes before it, and every
    one sees the writes that the tape did not hold.
    """

    def __init__(self) -> None:
        self._written: dict[_Host, int] = {}
        self._new: dict[_Host, int] = {}
        # By their hashes: a place holds its whole request.
        self._first_asked: dict[int, int] = {}

    def wrote(self, entry: Entry, *, new: bool) -> None:
        """The app was called and has changed. new: although the tape was asked for an answer."""
        host = _host(entry.key)
        self._written[host] = entry.age
        if new:
            self._new[host] = entry.age

    def asked(self, place: Place) -> None:
        """A request goes out, to the app or to the tape."""
        self._first_asked.setdefault(hash(place), self._written.get(_host(place.key), 0))
        if len(self._first_asked) > _PLACES:
            del self._first_asked[next(iter(self._first_asked))]

    def is_stale(self, entry: Entry, place: Place) -> bool:
        """Whether a write that this place should see came after the entry."""
        seen = self._first_asked.get(hash(place), 0), self._new.get(_host(place.key), 0)
        return entry.exchange.reads and entry.age <= max(seen)


def _host(key: CanonicalRequest) -> _Host:
    return key.host, key.port
