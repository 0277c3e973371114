"""Which live exchange answers which recorded one."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class _Asked:
    """Equal requests, in their order."""

    key: CanonicalRequest
    exchanges: list[Exchange]


def pairs(
    recorded: Sequence[Exchange], live: Sequence[Exchange], matching: RequestMatching
) -> list[Pair]:
    """Every exchange in one pair: equal requests first, then those that differ in ids and bodies.

    Of equal requests the last ones belong together: a loop that waits asks as often as it has to.
    """
    ours, theirs = _asked(recorded, matching), _asked(live, matching)
    found: list[Pair] = []
    for key in ours.keys() & theirs.keys():
        found += _from_the_end(ours.pop(key).exchanges, theirs.pop(key).exchanges)
    left, right = _grouped(ours.values(), _shape), _grouped(theirs.values(), _shape)
    for shape in dict.fromkeys([*left, *right]):
        found += _of_a_shape(left.get(shape, []), right.get(shape, []))
    places = {id(each): number for number, each in enumerate([*recorded, *live])}
    return sorted(found, key=lambda pair: min(places[id(each)] for each in pair if each))


def _asked(
    exchanges: Iterable[Exchange], matching: RequestMatching
) -> dict[CanonicalRequest, _Asked]:
    groups = _grouped(exchanges, lambda each: canonical(each, matching))
    return {key: _Asked(key, group) for key, group in groups.items()}


def _of_a_shape(ours: list[_Asked], theirs: list[_Asked]) -> list[Pair]:
    if len(ours) == len(theirs):
        return [
            pair
            for one, other in zip(ours, theirs, strict=True)
            for pair in _from_the_end(one.exchanges, other.exchanges)
        ]
    return _in_order(_all(ours), _all(theirs))


def _from_the_end(recorded: list[Exchange], live: list[Exchange]) -> list[Pair]:
    return [(one, other) for one, other in _in_order(recorded[::-1], live[::-1])][::-1]


def _in_order(recorded: list[Exchange], live: list[Exchange]) -> list[Pair]:
    both: list[Pair] = list(zip(recorded, live, strict=False))
    both += [(left, None) for left in recorded[len(live) :]]
    return both + [(None, more) for more in live[len(recorded) :]]


def _all(groups: list[_Asked]) -> list[Exchange]:
    return [exchange for group in groups for exchange in group.exchanges]


def _shape(asked: _Asked) -> tuple[str, str, int | None, tuple[str, ...]]:
    key = asked.key
    path = tuple("*" if is_identifier(part) else part for part in key.path.split("/"))
    return key.method, key.host, key.port, path


T = TypeVar("T")


def _grouped(items: Iterable[T], key_of: Callable[[T], K]) -> dict[K, list[T]]:
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(key_of(item), []).append(item)
    return groups
