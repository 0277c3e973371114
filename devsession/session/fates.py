"""What has become of each of a run's records, however many there are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_UNKNOWN = -1
# Records that are kept in a dict, which has ten times their size, before they go into the arrays.
_RECENT = 20_000


class Fate(NamedTuple):
    """Of a record: its action, whether it has an outcome, why it was refused."""

    action: str
    answered: bool = False
    error: str | None = None


class Fates:
    """The fate of each record by its identifier, in 12 bytes, and how many have each.

    An identifier is known by its hash: of a million two share one once in many million runs, and
    then a count is off by one.
    """

    def __init__(self) -> None:
        self._fates: list[Fate] = []
        self._code_of: dict[Fate, int] = {}
        self._counts: Counter[int] = Counter()
        self._recent: dict[int, int] = {}
        self._hashes = np.empty(0, np.int64)
        self._codes = np.empty(0, np.int32)

    @property
    def counts(self) -> Mapping[Fate, int]:
        """How many records have each fate that there is."""
        return {self._fates[code]: count for code, count in self._counts.items() if count}

    def of(self, identifiers: Sequence[str]) -> list[Fate | None]:
        """The fate of each of these; None for one that is not known."""
        hashes = _hashes(identifiers)
        codes = self._known(hashes, *self._places(hashes))
        return [None if code == _UNKNOWN else self._fates[code] for code in codes]

    def become(self, identifiers: Sequence[str], fates: Sequence[Fate]) -> None:
        """Each of these, named once, has this fate from now on."""
        hashes = _hashes(identifiers)
        places, there = self._places(hashes)
        before = self._known(hashes, places, there)
        self._counts.subtract(code for code in before if code != _UNKNOWN)
        codes = [self._code(fate) for fate in fates]
        self._counts.update(codes)
        self._codes[places[there]] = np.array(codes, np.int32)[there]
        for key, code, is_there in zip(hashes.tolist(), codes, there.tolist(), strict=True):
            if not is_there:
                self._recent[key] = code
        if len(self._recent) >= _RECENT:
            self._take_in()

    def _code(self, fate: Fate) -> int:
        code = self._code_of.setdefault(fate, len(self._fates))
        if code == len(self._fates):
            self._fates.append(fate)
        return code

    def _places(self, hashes: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Where each stands in the arrays, if it does."""
        places = np.searchsorted(self._hashes, hashes)
        there = places < len(self._hashes)
        there[there] = self._hashes[places[there]] == hashes[there]
        return places, there

    def _known(
        self, hashes: NDArray[np.int64], places: NDArray[np.intp], there: NDArray[np.bool_]
    ) -> list[int]:
        """The code of each; `_UNKNOWN` for one that is not known."""
        codes = np.full(len(hashes), _UNKNOWN, np.int32)
        codes[there] = self._codes[places[there]]
        pairs = zip(hashes.tolist(), codes.tolist(), strict=True)
        return [self._recent.get(key, code) for key, code in pairs]

    def _take_in(self) -> None:
        """Recent ones go into the arrays, in their order."""
        count = len(self._recent)
        hashes = np.fromiter(self._recent, np.int64, count)
        codes = np.fromiter(self._recent.values(), np.int32, count)
        order = np.argsort(hashes)
        places = np.searchsorted(self._hashes, hashes[order])
        self._hashes = np.insert(self._hashes, places, hashes[order])
        self._codes = np.insert(self._codes, places, codes[order])
        self._recent.clear()


def _hashes(identifiers: Sequence[str]) -> NDArray[np.int64]:
    return np.fromiter(map(hash, identifiers), np.int64, len(identifiers))
