"""Which stored records criteria mean: a field of each is compared with a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from devsession.plugin.record_json import as_json, plain
from devsession.quoting import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def condition(criteria: Sequence[Mapping[str, Any]]) -> tuple[str, list[object]]:
    """SQL for records that match all of one of these, and what is bound to it.

    Fields of an object are compared one by one, those that are not named may be anything. A field
    that is missing matches nothing, not even None.
    """
    alternatives, params = [], []
    for each in criteria:
        compared = list(_compared(plain(each), "RECORD_DATA"))
        alternatives.append(" and ".join(sql for sql, _ in compared) or "true")
        params += [value for _, values in compared for value in values]
    return " or ".join(f"({each})" for each in alternatives), params


def at(record: str, *path: str) -> str:
    """SQL for the value that stands there in a record, whatever the names are."""
    return record + "".join(f"[{literal(name)}]" for name in path)


def _compared(value: Any, place: str) -> Iterator[tuple[str, list[object]]]:
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _compared(inner, at(place, name))
    elif isinstance(value, str):
        # Not its JSON: a text can be written there in more than one way.
        yield f"left(to_json({place}), 1) = '\"' and {place}::varchar = ?", [value]
    elif isinstance(value, int | float) and not isinstance(value, bool):
        # 1 and 1.0 are one number, and two texts.
        whole = int(value) if float(value).is_integer() else value
        yield f"to_json({place}) in (?, ?)", [str(whole), as_json(float(value)).decode()]
    else:
        yield f"to_json({place}) = to_json(parse_json(?))", [as_json(value).decode()]
