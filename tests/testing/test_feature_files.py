"""The files that features name, in each format; and files that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from devsession.errors import ScenarioError
from devsession.testing.comparison import outcome_differences
from devsession.testing.feature_files import bar_lines, read_frame, rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

EXPECTED = pd.DataFrame(
    {
        "IDENTIFIER": ["1", "2"],
        "SUCCESS": [True, False],
        "APP_IDENTIFIER": ["ä|b", None],
        "RESULT": [{"count": 3}, {"error": 'two\nlines, \u2028 "quoted"'}],
    },
    dtype=object,
)
FILES = {
    "bars.csv": "IDENTIFIER|SUCCESS|APP_IDENTIFIER|RESULT\n"
    '1|True|"ä|b"|"{""count"": 3}"\n'
    '2|False||"{""error"": ""two\\nlines, \u2028 \\""quoted\\""""}"\n',
    "commas.csv": "\ufeffIDENTIFIER,SUCCESS,APP_IDENTIFIER,RESULT\r\n"
    '1,true,ä|b,"{""count"": 3}"\r\n\r\n'
    '2,false,,"{""error"": ""two\\nlines, \u2028 \\""quoted\\""""}"\r\n',
    "types.csv": "str|bool|object|object\nIDENTIFIER|SUCCESS|APP_IDENTIFIER|RESULT\n"
    '1|True|"ä|b"|"{""count"": 3}"\n'
    '2|False|None|"{""error"": ""two\\nlines, \u2028 \\""quoted\\""""}"\n',
    "list.json": '[{"IDENTIFIER": "1", "SUCCESS": true, "APP_IDENTIFIER": "ä|b", '
    '"RESULT": {"count": 3}}, {"IDENTIFIER": "2", "SUCCESS": false, "APP_IDENTIFIER": null, '
    '"RESULT": {"error": "two\\nlines, \\u2028 \\"quoted\\""}}]',
    "rows.jsonl": '["IDENTIFIER", "SUCCESS", "APP_IDENTIFIER", "RESULT"]\n'
    '["1", true, "ä|b", {"count": 3}]\n'
    '["2", false, null, {"error": "two\\nlines, \\u2028 \\"quoted\\""}]\n',
    "objects.jsonl": '{"IDENTIFIER": 1, "SUCCESS": true, "APP_IDENTIFIER": "ä|b", '
    '"RESULT": {"count": 3}}\n{"IDENTIFIER": 2, "SUCCESS": false, "APP_IDENTIFIER": null, '
    '"RESULT": {"error": "two\\nlines, \\u2028 \\"quoted\\""}}\n',
}


@pytest.mark.parametrize("name", FILES)
def test_outcomes_in_each_format(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(FILES[name].encode())

    assert outcome_differences(read_frame(tmp_path / name), EXPECTED) == []


def test_outcomes_in_parquet(tmp_path: Path) -> None:
    results = ['{"count": 3}', '{"error": "two\\nlines, \\u2028 \\"quoted\\""}']
    EXPECTED.assign(RESULT=results).to_parquet(tmp_path / "outcomes.parquet")

    assert outcome_differences(read_frame(tmp_path / "outcomes.parquet"), EXPECTED) == []


def test_cells_between_bars_are_read_as_they_were_written() -> None:
    rows = [["a", "b|c", ""], ['"quoted"', '{"a": "\\\\|"}', "ü"], ["", "", '"a|"']]

    assert [row for row in rows_of(bar_lines(rows)) if row] == rows


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("a|b\n", ["a", "b"]),
        ("a|b\r\n\r\n", ["a", "b"]),
        ("|", ["", ""]),
        ('"a|""b"|\\|', ['a|"b', "|"]),
        ('"a|b', ['"a', "b"]),
    ],
)
def test_cells_between_bars(text: str, row: list[str]) -> None:
    assert list(rows_of(text)) == [row]


BROKEN = {
    "empty.csv": b"",
    "uneven.csv": b"IDENTIFIER|SUCCESS\n1|True|more\n",
    "latin.csv": b"IDENTIFIER|SUCCESS\n\xe4|True\n",
    "cut.json": b'[{"IDENTIFIER": "1"',
    "text.jsonl": b"IDENTIFIER\n",
    "number.json": b"1",
    "text.parquet": b"no parquet at all",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_is_named(
    tmp_path: Path, name: str, snapshot: SnapshotAssertion
) -> None:
    (tmp_path / name).write_bytes(BROKEN[name])

    with pytest.raises(ScenarioError) as raised:
        read_frame(tmp_path / name)

    assert str(raised.value).replace(str(tmp_path), "features") == snapshot
