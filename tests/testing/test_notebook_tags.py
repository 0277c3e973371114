"""What tags and comments of a cell ask for, and what a sanitize file replaces."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from nbformat.v4 import new_code_cell

from devsession.errors import UsageError
from devsession.testing.notebooks.sanitize import read_sanitizer
from devsession.testing.notebooks.tags import CellTags, cell_tags

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


def tags_of(source: str = "", tags: object = ()) -> CellTags:
    cell = new_code_cell(source)
    cell.metadata.tags = list(tags) if isinstance(tags, tuple) else tags
    return cell_tags(cell)


@pytest.mark.parametrize(
    ("tag", "asked"),
    [
        ("nbval-ignore-output", {"compared": False}),
        ("nbval-check-output", {"compared": True}),
        ("nbval-raises-exception", {"may_raise": True}),
        ("nbval-skip", {"skipped": True}),
        ("raises-exception", {"may_raise": True}),
        ("skip-execution", {"skipped": True}),
        ("parameters", {"parameters": True}),
        ("injected-parameters", {"injected": True}),
        ("slides", {}),
    ],
)
def test_a_tag_asks_for_one_thing(tag: str, asked: dict[str, bool]) -> None:
    found = tags_of(tags=(tag,))
    topics = ("skipped", "compared", "may_raise", "parameters", "injected")
    told = {topic: getattr(found, topic) for topic in topics}
    nothing = dict.fromkeys(topics, False) | {"compared": None}
    assert told == nothing | asked
    assert found.notes == ()


@pytest.mark.parametrize(
    ("comment", "asked"),
    [
        ("# NBVAL_IGNORE_OUTPUT", CellTags(compared=False)),
        ("# PYTEST_VALIDATE_IGNORE_OUTPUT", CellTags(compared=False)),
        ("x = 1\n  ## NBVAL_CHECK_OUTPUT  ", CellTags(compared=True)),
        ("#NBVAL_RAISES_EXCEPTION\nx", CellTags(may_raise=True)),
        ("# NBVAL_SKIP", CellTags(skipped=True)),
        ("# see NBVAL_SKIP", CellTags()),
        ("# nbval_skip", CellTags()),
        ("print('NBVAL_SKIP')", CellTags()),
    ],
)
def test_a_comment_asks_for_the_same_as_its_tag(comment: str, asked: CellTags) -> None:
    found = tags_of(comment)
    told = [(each.skipped, each.compared, each.may_raise) for each in (found, asked)]
    assert told[0] == told[1]


def test_a_comment_counts_more_than_a_tag() -> None:
    found = tags_of("# NBVAL_CHECK_OUTPUT", ("nbval-ignore-output", "nbval-skip"))
    assert (found.compared, found.skipped, found.notes) == (True, True, ())
    assert found.said_by("compared") == "# NBVAL_CHECK_OUTPUT"


@pytest.mark.parametrize(
    ("tags", "note"),
    [
        (("nbval-ignore-output", "nbval-check-output"), "contradict each other; the last counts"),
        (("nbval-ignore-outputs",), "did you mean 'nbval-ignore-output'"),
        ("nbval-skip", "its tags are not a list"),
    ],
)
def test_tags_that_cannot_be_meant_are_said(tags: object, note: str) -> None:
    assert note in tags_of(tags=tags).notes[0]


def test_a_sanitize_file_replaces_pair_by_pair(tmp_path: Path) -> None:
    file = tmp_path / "sanitize.cfg"
    file.write_text(
        "# what differs each time\n[times]\nregex: \\d\\d:\\d\\d\nreplace: TIME\n\n"
        "regex: at (TIME|noon)\nreplace: \\1\n[nothing]\nregex:  +$\nreplace:\n",
        encoding="utf-8",
    )
    sanitizer = read_sanitizer(file)
    assert sanitizer.text("at 12:30, at noon  ") == "TIME, noon"
    assert sanitizer.value({"a": ["12:30", 3]}) == {"a": ["TIME", 3]}


def test_several_files_are_read_in_their_order(tmp_path: Path) -> None:
    for name, text in (("one", "regex: a\nreplace: b"), ("two", "regex: b\nreplace: c")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_sanitizer(tmp_path / "one", tmp_path / "two").text("a") == "c"
    assert read_sanitizer(tmp_path / "two", tmp_path / "one").text("a") == "b"


@pytest.mark.parametrize(
    "text",
    [
        "[times]\nregex: (\\d\nreplace: TIME\n",
        "[times]\nregex: \\d\nreplace: \\1\n",
        "[times]\nregex: \\d\n[others]\n",
        "[times]\nregex: \\d\n",
        "[times]\nreplace: TIME\n",
        "times = \\d\n",
    ],
    ids=["regex", "group", "no-replace", "no-replace-at-the-end", "no-regex", "another-shape"],
)
def test_a_broken_sanitize_file_is_told_with_line_and_section(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sanitize.cfg").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_sanitizer("sanitize.cfg")
    assert str(caught.value) == snapshot


def test_a_sanitize_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read the sanitize file"):
        read_sanitizer(tmp_path / "none.cfg")
