"""Where in a cassette to look for a request: whom vcrpy's matchers could accept, and no others."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

from vcr import matchers
from vcr.util import read_body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


@dataclass
class _Bucket:
    """Positions of interactions with one key; all before `first` in the list are played."""

    positions: list[int] = field(default_factory=list)
    first: int = 0

    def waiting(self, played: Mapping[int, int]) -> Iterator[int]:
        """Those that may be unplayed, in order."""
        while self.first < len(self.positions) and played[self.positions[self.first]]:
            self.first += 1
        return (self.positions[place] for place in range(self.first, len(self.positions)))


class RequestIndex:
    """Positions of requests by what the matchers compare.

    Two requests that the matchers accept share a key. The reverse need not be: the matchers still
    decide. A matcher that is not vcrpy's own adds nothing to the key, and a request that has no
    key (a matcher could not read it) is looked for everywhere, and found by all.
    """

    def __init__(self, match_on: Sequence[Callable[..., Any]]) -> None:
        self._keys = [_KEYS[matcher] for matcher in match_on if matcher in _KEYS]
        self._buckets: dict[Any, _Bucket] = {}
        self._keyless = _Bucket()
        self._all = _Bucket()

    def __len__(self) -> int:
        return len(self._all.positions)

    def add(self, request: Any) -> None:
        """The next position is this request's."""
        position = len(self)
        self._all.positions.append(position)
        keys = self._keys_of(request)
        if keys is None:
            self._keyless.positions.append(position)
        else:
            for key in keys:
                self._buckets.setdefault(key, _Bucket()).positions.append(position)

    def positions(self, request: Any) -> Iterator[int]:
        """Where requests stand that could match, in order; one may come twice."""
        return heapq.merge(*(list(bucket.positions) for bucket in self._for(request)))

    def waiting(self, request: Any, played: Mapping[int, int]) -> Iterator[int]:
        """The same, without most of those that are played."""
        return heapq.merge(*(bucket.waiting(played) for bucket in self._for(request)))

    def _for(self, request: Any) -> list[_Bucket]:
        keys = self._keys_of(request)
        if keys is None:
            return [self._all]
        found = [self._buckets[key] for key in keys if key in self._buckets]
        return [*found, self._keyless]

    def _keys_of(self, request: Any) -> list[tuple[Any, ...]] | None:
        try:
            keys = list(product(*(key(request) for key in self._keys)))
            hash(tuple(keys))
        except Exception:  # noqa: BLE001  anything may be wrong; the matcher will say it
            return None
        return [("key", *key) for key in dict.fromkeys(keys)]


def _body_keys(request: Any) -> list[Any]:
    """Bodies match when their bytes do, or what both are decoded to by their headers."""
    raw = _raw(request)
    value = raw
    try:
        transformers = list(matchers._get_transformers(request))
        for transform in transformers:
            value = transform(value)
    except Exception:  # noqa: BLE001  then the matcher compares the bytes, or fails itself
        transformers = []
    return [raw, (tuple(transformers), _frozen(value))] if transformers else [raw]


def _raw(request: Any) -> Any:
    body = read_body(request)
    return bytes(body) if isinstance(body, bytearray) else body


def _frozen(value: Any) -> Any:
    """Equal values are equal still, and can be looked up."""
    if isinstance(value, dict):
        return frozenset((name, _frozen(each)) for name, each in value.items())
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


_KEYS: dict[Any, Callable[[Any], list[Any]]] = {
    matchers.method: lambda request: [request.method],
    matchers.uri: lambda request: [matchers._normalized_uri(request)],
    matchers.scheme: lambda request: [request.scheme],
    matchers.host: lambda request: [request.host],
    matchers.port: lambda request: [request.port],
    matchers.path: lambda request: [matchers._normalized_path(request.path)],
    matchers.query: lambda request: [tuple(request.query)],
    matchers.raw_body: lambda request: [_raw(request)],
    matchers.body: _body_keys,
}
