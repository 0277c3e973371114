"""Which live exchange answers which recorded one."""

from __future__ import annotations

from itertools import chain, zip_longest
from typing import TYPE_CHECKING, TypeVar

from devsession.recording.matching import CanonicalRequest, canonical
from devsession.testing.bound import is_identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from devsession.plugin.request_matching import RequestMatching
    from devsession.recording.exchange import Exchange

Pair = tuple["Exchange | None", "Exchange | None"]
"""Recorded and live; None for the one that is not there."""

K = TypeVar("K", bound="Hashable")


def pairs(
    recorded: Sequence[Exchange], live: Sequence[Exchange], matching: RequestMatching
) -> list[Pair]:
    """Every exchange in one pair: equal requests first, then those that differ in ids and bodies.

    Of equal requests the last ones belong together: a loop that waits asks as often as it has to.
    """
    ours, theirs = (
        _grouped(exchanges, lambda each: canonical(each, matching))
        for exchanges in (recorded, live)
    )
    found: list[Pair] = []
    for key in ours.keys() & theirs.keys():
        found += _from_the_end(ours.pop(key), theirs.pop(key))
    left, right = _grouped(ours, _shape), _grouped(theirs, _shape)
    for shape in dict.fromkeys([*left, *right]):
        found += _of_a_shape(
            [ours[key] for key in left.get(shape, ())],
            [theirs[key] for key in right.get(shape, ())],
        )
    places = {id(each): number for number, each in enumerate([*recorded, *live])}
    return sorted(found, key=lambda pair: min(places[id(each)] for each in pair if each))


def _of_a_shape(ours: list[list[Exchange]], theirs: list[list[Exchange]]) -> list[Pair]:
    if len(ours) == len(theirs):
        return [pair for both in zip(ours, theirs, strict=True) for pair in _from_the_end(*both)]
    return list(zip_longest(chain(*ours), chain(*theirs)))


def _from_the_end(recorded: list[Exchange], live: list[Exchange]) -> list[Pair]:
    return list(zip_longest(recorded[::-1], live[::-1]))[::-1]


def _shape(key: CanonicalRequest) -> tuple[str, str, int | None, tuple[str, ...]]:
    path = tuple("*" if is_identifier(part) else part for part in key.path.split("/"))
    return key.method, key.host, key.port, path


T = TypeVar("T")


def _grouped(items: Iterable[T], key_of: Callable[[T], K]) -> dict[K, list[T]]:
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(key_of(item), []).append(item)
    return groups
