"""Outcomes on their way into a warehouse: as JSON, in pieces that cost little beside one statement."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from devsession.plugin.outcomes import OUTCOME_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pandas import DataFrame

_ROWS = 10_000
_CHARACTERS = 4_000_000


class Piece(NamedTuple):
    """text: a JSON array of outcomes. first, last: identifiers between which all of them are."""

    text: str
    first: str
    last: str


def outcome_pieces(outcomes: DataFrame) -> Iterator[Piece]:
    """The outcomes as `[identifier, success, app identifier, result]` each, in their order."""
    columns = [outcomes[name].astype(object).tolist() for name in OUTCOME_COLUMNS]
    identifiers: list[str] = []
    piece: list[str] = []
    size = 0
    for identifier, success, app_identifier, result in zip(*columns, strict=True):
        known = app_identifier if isinstance(app_identifier, str) else None
        identifiers.append(identifier)
        piece.append(
            f"[{json.dumps(identifier)},{json.dumps(bool(success))},{json.dumps(known)},{result}]"
        )
        size += len(piece[-1])
        if len(piece) == _ROWS or size > _CHARACTERS:
            yield _piece(piece, identifiers)
            identifiers, piece, size = [], [], 0
    if piece:
        yield _piece(piece, identifiers)


def _piece(texts: list[str], identifiers: list[str]) -> Piece:
    return Piece(f"[{','.join(texts)}]", min(identifiers), max(identifiers))
