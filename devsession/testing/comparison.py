"""Outcomes against expected outcomes, record by record and field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterator

    from pandas import DataFrame

SUCCESS_LOST = "SUCCESS False, expected True"
_NONE = object()


def outcome_differences(
    outcomes: DataFrame, expected: DataFrame, *, thing: str = "record"
) -> list[str]:
    """A line for each field that differs: `record 7: RESULT.error 'taken', expected 'too long'`.

    The order of the outcomes does not count, nor what `expected` has no column for.
    """
    return [
        f"{thing} {identifier}: {line}"
        for identifier, lines in differences_by_record(outcomes, expected).items()
        for line in lines
    ]


def differences_by_record(
    outcomes: DataFrame, expected: DataFrame, *, no_app_identifier: Container[str] = ()
) -> dict[str, list[str]]:
    """Of each record that differs, a line a field: `SUCCESS False, expected True`.

    no_app_identifier: records whose APP_IDENTIFIER does not count.
    """
    columns = list(expected.columns)
    ours, theirs = _by_identifier(outcomes, columns), _by_identifier(expected, columns)
    found: dict[str, list[str]] = {}
    for identifier, wanted in theirs.items():
        got = ours.get(identifier)
        if got is not None and identifier in no_app_identifier:
            got = {**got, "APP_IDENTIFIER": wanted.get("APP_IDENTIFIER")}
        found[identifier] = (
            [f"no outcome, expected {_told(wanted)}"]
            if got is None
            else list(field_differences("", got, wanted))
        )
    more = {
        identifier: ["an outcome, expected none"] for identifier in ours if identifier not in theirs
    }
    return {identifier: lines for identifier, lines in (found | more).items() if lines}


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


def field_differences(place: str, got: Any, wanted: Any) -> Iterator[str]:
    """A line for each value that differs: `RESULT.error 'taken', expected 'too long'`."""
    if isinstance(got, dict) and isinstance(wanted, dict):
        for name in dict.fromkeys([*wanted, *got]):
            where = f"{place}.{name}" if place else str(name)
            yield from field_differences(where, got.get(name, _NONE), wanted.get(name, _NONE))
    elif isinstance(got, list) and isinstance(wanted, list) and len(got) == len(wanted):
        for number, (ours, theirs) in enumerate(zip(got, wanted, strict=True)):
            yield from field_differences(f"{place}[{number}]", ours, theirs)
    elif type(got) is not type(wanted) or got != wanted:
        yield f"{place} {_shown(got)}, expected {_shown(wanted)}"


def _shown(value: Any) -> str:
    return "missing" if value is _NONE else repr(value)
