"""Random source data for the practice app, and changes of it; what the app should hold then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pandas import ArrowDtype, DataFrame

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# App object -> app field -> kind of its values; the column has the field's name in capitals.
OBJECTS: Mapping[str, Mapping[str, str]] = {
    "contact": {
        "email": "email",
        "first_name": "text",
        "company": "long text",
        "birthday": "date",
        "score": "integer",
        "lifetime_value": "number",
        "active": "boolean",
        "last_seen_at": "datetime",
    },
    "company": {
        "name": "required text",
        "domain": "unique text",
        "employees": "integer",
        "annual_revenue": "number",
        "customer_since": "date",
    },
    "deal": {
        "name": "required text",
        "amount": "number",
        "stage": "long text",
        "close_date": "date",
        "won": "boolean",
    },
}
_TYPES = {
    "date": pa.date32(),
    "integer": pa.int64(),
    "number": pa.decimal128(15, 2),
    "boolean": pa.bool_(),
    "datetime": pa.timestamp("us", tz="UTC"),
}
_WORDS = (
    "Ada", "Émilie", "O'Brien", "naïve", "e\u0301", "Ångström", "李小龍", "محمد", "🚀👩‍🔬",
    '"quoted"', "back\\slash", "\\u0041", "line\nbreak", "tab\tstop", " spaces ", "null", "NaN",
    "$1", "${x}", "?", "%s", "--", "/* */", "'; drop table T; --", "<b>", "{}", "[1]", "true",
)  # fmt: skip
_MAKERS: Mapping[str, Callable[[Random, int], Any]] = {
    "email": lambda random, number: f"{random.choice('aÄßж')}{number}@Example.com",
    "required text": lambda random, _: random.choice(_WORDS),
    "text": lambda random, _: random.choice(("", *_WORDS)),
    "unique text": lambda random, number: f"{random.choice(_WORDS)} {number}",
    "long text": lambda random, _: " ".join(
        random.choices(_WORDS, k=random.choice((1, 30, 1_500)))
    ),
    "date": lambda random, _: date(1, 1, 1) + timedelta(days=random.randrange(3_652_059)),
    "integer": lambda random, _: random.choice((0, random.randrange(-(2**63), 2**63))),
    "number": lambda random, _: Decimal(random.randrange(-(10**14), 10**14)).scaleb(-2),
    "boolean": lambda random, _: random.random() < 0.5,
    "datetime": lambda random, _: _EPOCH + timedelta(microseconds=random.randrange(10**15)),
}
_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
_NULLS = 0.2
_ROWS = (0, 1, 7, 99, 100, 101, 250)


class RandomSource:
    """A table whose rows can be changed: `rows` maps each identifier to its values by field."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._numbers = count(1)
        self._numbered = bool(seed % 2)
        self.object_name = list(OBJECTS)[seed % len(OBJECTS)]
        self.fields = OBJECTS[self.object_name]
        self.rows: dict[str, dict[str, Any]] = {}
        self._insert(self._random.choice(_ROWS))

    @property
    def mapping(self) -> dict[str, str]:
        """App field -> column."""
        return {name: name.upper() for name in self.fields}

    def frame(self) -> DataFrame:
        """The table; its types are the same whatever its rows are."""
        identifiers = [int(name) for name in self.rows] if self._numbered else list(self.rows)
        columns = {"ID": pa.array(identifiers, pa.int64() if self._numbered else pa.string())}
        for name, kind in self.fields.items():
            values = [row[name] for row in self.rows.values()]
            columns[name.upper()] = pa.array(values, _TYPES.get(kind, pa.string()))
        return pa.table(columns).to_pandas(types_mapper=ArrowDtype)

    def change(self) -> set[str]:
        """Delete, update and insert rows, and leave others; the identifiers that are to be sent."""
        names = list(self.rows)
        self._random.shuffle(names)
        gone, updated = names[: len(names) // 5], names[len(names) // 5 : len(names) // 2]
        for name in gone:
            del self.rows[name]
        changed = {name for name in updated if self._update(self.rows[name])}
        return changed | self._insert(self._random.choice(_ROWS) // 2)

    def _insert(self, rows: int) -> set[str]:
        names = {self._identifier() for _ in range(rows)}
        for name in sorted(names):
            self.rows[name] = {field: self._value(kind) for field, kind in self.fields.items()}
        return names

    def _update(self, row: dict[str, Any]) -> bool:
        """Whether another value has come out, of one field."""
        name, kind = self._random.choice(list(self.fields.items()))
        before, row[name] = row[name], self._value(kind)
        return bool(before != row[name])

    def _identifier(self) -> str:
        number = next(self._numbers)
        return str(number) if self._numbered else f"{self._random.choice(_WORDS)} {number}"

    def _value(self, kind: str) -> Any:
        never_null = kind in {"email", "required text"}
        return (
            _MAKERS[kind](self._random, next(self._numbers))
            if (never_null or self._random.random() > _NULLS)
            else None
        )


def as_in_app(values: Mapping[str, Any]) -> dict[str, Any]:
    """Source values as the app writes them."""
    return {name: _in_app(value) for name, value in values.items()}


def _in_app(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case Decimal():
            return float(value)
    return value
