"""Outcomes against expected outcomes, record by record and field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pandas import DataFrame

_NONE = object()


def outcome_differences(outcomes: DataFrame, expected: DataFrame) -> list[str]:
    """A line for each field that differs: `record 7: RESULT.error 'taken', expected 'too long'`.

    The order of the outcomes does not count, nor what `expected` has no column for.
    """
    columns = list(expected.columns)
    ours, theirs = _by_identifier(outcomes, columns), _by_identifier(expected, columns)
    lines: list[str] = []
    for identifier, wanted in theirs.items():
        got = ours.get(identifier)
        if got is None:
            lines.append(f"record {identifier}: no outcome, expected {_told(wanted)}")
        else:
            lines += [f"record {identifier}: {line}" for line in _differences("", got, wanted)]
    more = [identifier for identifier in ours if identifier not in theirs]
    return lines + [f"record {identifier}: an outcome, expected none" for identifier in more]


def _told(wanted: dict[str, Any]) -> str:
    return f"SUCCESS {wanted['SUCCESS']}" if "SUCCESS" in wanted else "one"


def _by_identifier(outcomes: DataFrame, columns: Collection[str]) -> dict[str, dict[str, Any]]:
    from pydantic_core import from_json

    from devsession.plugin.outcome_table import OutcomeTable

    frame = OutcomeTable(outcomes).storable()
    rows: list[Any] = frame.drop(columns="IDENTIFIER").to_dict("records")
    return {
        identifier: {
            name: from_json(value) if name == "RESULT" else value
            for name, value in row.items()
            if name in columns
        }
        for identifier, row in zip(frame["IDENTIFIER"], rows, strict=True)
    }


def _differences(place: str, got: Any, wanted: Any) -> Iterator[str]:
    if isinstance(got, dict) and isinstance(wanted, dict):
        for name in dict.fromkeys([*wanted, *got]):
            where = f"{place}.{name}" if place else str(name)
            yield from _differences(where, got.get(name, _NONE), wanted.get(name, _NONE))
    elif isinstance(got, list) and isinstance(wanted, list) and len(got) == len(wanted):
        for number, (ours, theirs) in enumerate(zip(got, wanted, strict=True)):
            yield from _differences(f"{place}[{number}]", ours, theirs)
    elif type(got) is not type(wanted) or got != wanted:
        yield f"{place} {_shown(got)}, expected {_shown(wanted)}"


def _shown(value: Any) -> str:
    return "missing" if value is _NONE else repr(value)
