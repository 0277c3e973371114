"""Which recorded request a miss is compared with."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from devsession.recording.body import Multipart
from devsession.recording.differences import COUNTED, each_difference, opened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from devsession.recording.body import Body
    from devsession.recording.matching import CanonicalRequest

_READ = 4_000_000  # characters of candidates' bodies that are read to find the nearest


def nearest(
    wanted: CanonicalRequest, recorded: Iterable[CanonicalRequest]
) -> CanonicalRequest | None:
    """The recorded request that differs least: first by method and URL, then by body.

    Of very many, or very large, bodies those nearest in size are read.
    """
    known = list(dict.fromkeys(recorded))
    if not known:
        return None
    places = [_distance(wanted, key) for key in known]
    least = min(places)
    ties = [key for key, place in zip(known, places, strict=True) if place == least]
    size = _size(wanted.body)
    ties.sort(key=lambda key: abs(_size(key.body) - size))
    candidates, total = [ties[0]], _size(ties[0].body)
    for key in ties[1:]:
        total += _size(key.body)
        if total > _READ:
            break
        candidates.append(key)
    if len(candidates) == 1:
        return candidates[0]
    read = opened(wanted.body)

    def count(key: CanonicalRequest) -> int:
        return sum(1 for _ in islice(each_difference(wanted, key, read), COUNTED))

    return min(candidates, key=count)


def _distance(wanted: CanonicalRequest, recorded: CanonicalRequest) -> tuple[int, int]:
    place = (wanted.host != recorded.host or wanted.port != recorded.port) * 4
    path = _uncommon(wanted.path.split("/"), recorded.path.split("/"))
    method = wanted.method != recorded.method
    rest = method + (wanted.query != recorded.query) + (wanted.headers != recorded.headers)
    return place + path * 2 + rest, int(wanted.body != recorded.body)


def _uncommon(ours: list[str], theirs: list[str]) -> int:
    return abs(len(ours) - len(theirs)) + sum(a != b for a, b in zip(ours, theirs, strict=False))


def _size(body: Body) -> int:
    if isinstance(body, str | bytes):
        return len(body)
    if isinstance(body, Multipart):
        return sum(len(part.name) + _size(part.body) for part in body.parts)
    return sum(len(name) + len(value) for name, value in body)
