"""JSON from the warehouse as the values that a plugin sends on."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

# A float keeps any number of so few digits; point, sign and exponent count as digits here.
_SURELY_KEPT = 15


def decoded(texts: Sequence[str | None]) -> list[Any]:
    """The value of each JSON text, None where there is none.

    Whole numbers are ints of any size, others floats; a decimal that no float holds is text with
    all of its digits, because a record has to be JSON again on its way to the app. NaN and
    infinity, which JSON does not have, are None.
    """
    joined = ",".join("null" if text is None else text for text in texts)
    values: list[Any] = json.loads(
        f"[{joined}]", parse_float=_number, parse_constant=lambda _: None
    )
    return values


def _number(text: str) -> float | str:
    number = float(text)
    if len(text) <= _SURELY_KEPT or Decimal(repr(number)) == Decimal(text):
        return number
    return text
