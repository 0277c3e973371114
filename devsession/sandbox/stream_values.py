"""Values made up for fields: the same random numbers give the same values."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from random import Random

    from devsession.sandbox.fields import Field

_WORDS = [
    "amber",
    "birch",
    "cedar",
    "dune",
    "ember",
    "fjord",
    "grove",
    "harbour",
    "island",
    "juniper",
    "kelp",
    "lagoon",
    "meadow",
    "north",
    "orchard",
    "prairie",
    "quarry",
    "river",
    "summit",
    "tundra",
    "upland",
    "valley",
    "willow",
]
_DAY = date(2024, 1, 1)
_TIME = datetime(2024, 1, 1, tzinfo=UTC)


def _text(random: Random) -> str:
    return f"{random.choice(_WORDS).title()} {random.choice(_WORDS).title()}"


def _decimal(random: Random) -> str:
    return f"{random.randrange(-100_000, 10_000_000) / 100:.2f}"


_USUAL: dict[str, Callable[[Random], Any]] = {
    "text": _text,
    "email": lambda random: f"{random.choice(_WORDS)}.{random.randrange(10_000)}@example.com",
    "integer": lambda random: random.randrange(1_000),
    "number": lambda random: round(random.uniform(0, 1_000), 3),
    "decimal": _decimal,
    "boolean": lambda random: random.random() < 1 / 2,
    "date": lambda random: (_DAY + timedelta(random.randrange(700))).isoformat(),
    "datetime": lambda random: (_TIME + timedelta(0, random.randrange(10**7))).isoformat(),
    "texts": lambda random: random.sample(_WORDS, random.randrange(4)),
}

# Each is legal; each has broken some program.
_ODD: dict[str, tuple[Any, ...]] = {
    "text": (
        "",
        " spaces around ",
        "null",
        "007",
        "1e5",
        'quote " back\\slash',
        "line one\nline two\ttab",
        "Zo\u00eb or Zoe\u0308",
        "\u540d\u524d",
        "\u05e9\u05dc\u05d5\u05dd",
        "\U0001f469\u200d\U0001f4bb\U0001f1ea\U0001f1fa",
        "separator\u2028here",
        "long " * 400,
    ),
    "integer": (0, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63)),
    "number": (0.1 + 0.2, -0.0, 5e-324, 1.7976931348623157e308, 10**30, 123456789.123456789),
    "decimal": (
        "0.00",
        "-0.10",
        "1" * 28 + ".0123456789",
        "99999999999999999999999999999999999999",
    ),
    "date": ("0001-01-01", "1969-12-31", "2024-02-29", "9999-12-31"),
    "datetime": (
        "0001-01-01T00:00:00+00:00",
        "2024-03-31T02:30:00+05:30",
        "2024-06-30T23:59:59.999999+00:00",
        "9999-12-31T23:59:59-08:00",
    ),
    "texts": ([], [""], ["\u2603", "a,b", "a|b"]),
}


def made_up(fields: Iterable[Field], random: Random, *, odd: bool) -> dict[str, object]:
    """A value for each field; null for some of those that need none.

    odd: half of the values are ones that programs stumble over.
    """
    return {field.name: _value(field, random, odd=odd) for field in fields}


def _value(field: Field, random: Random, *, odd: bool) -> object:
    if not field.required and random.random() < 1 / 8:
        return None
    if field.type == "object":
        return _inside(field, random, odd=odd)
    if field.type == "objects":
        return [_inside(field, random, odd=odd) for _ in range(random.randrange(4))]
    if odd and field.type in _ODD and random.random() < 1 / 2:
        return random.choice(_ODD[field.type])
    return _USUAL[field.type](random)


def _inside(field: Field, random: Random, *, odd: bool) -> dict[str, object]:
    """What is not required is left out at times, as it may be inside a field."""
    there = [each for each in field.fields if each.required or random.random() < 3 / 4]
    return made_up(there, random, odd=odd)
