"""`devsession init .`: a project in a folder that has been begun; all of it is written, or nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from devsession.cli.project import create_project
from devsession.errors import SetupError

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import CommandLine


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A clone of a new repository, with what its host puts into it."""
    folder = tmp_path / "acme-crm"
    write(folder / ".git" / "HEAD", "ref: refs/heads/main\n")
    write(folder / "LICENSE", "All rights reserved\n")
    write(folder / "Readme.rst", "Acme\n")
    write(folder / ".gitignore", "*.log\n.venv\n# .devsession/ is not ignored yet")
    return folder


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below the folder: path -> bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_what_was_there_stays(begun: Path, cli: CommandLine, snapshot: SnapshotAssertion) -> None:
    before = contents(begun)

    made = cli(begun, "init", ".", "--defaults")

    after = contents(begun)
    ignored = after.pop(".gitignore")
    assert (made.code, made.err) == (0, "")
    assert made.out == snapshot
    assert {name: after[name] for name in before if name != ".gitignore"} == {
        name: text for name, text in before.items() if name != ".gitignore"
    }
    assert ignored.decode() == snapshot
    assert sorted(after.keys() - before.keys()) == snapshot


def test_the_name_is_the_folders(begun: Path, cli: CommandLine) -> None:
    cli(begun, "init", ".", "--defaults")

    assert "class AcmeCrm(Plugin)" in (begun / "plugin.py").read_text(encoding="utf-8")


def test_another_name_is_given(begun: Path, cli: CommandLine) -> None:
    cli(begun, "init", ".", "--name", "sales", "--defaults")

    assert "class Sales(Plugin)" in (begun / "plugin.py").read_text(encoding="utf-8")


def test_a_folder_whose_name_cannot_be_a_plugins(
    cli: CommandLine, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    folder = tmp_path / "Énergie & co"
    folder.mkdir()

    refused = cli(folder, "init", ".", "--defaults")

    assert refused.code == 2
    assert refused.err == snapshot
    assert contents(folder) == {}


def test_everything_in_the_way_is_listed_and_nothing_is_written(
    begun: Path, cli: CommandLine, snapshot: SnapshotAssertion
) -> None:
    write(begun / "plugin.py", "mine")
    write(begun / ".vscode", "a file where a folder is to be")
    write(begun / "tests" / "test_plugin.py", "mine")
    (begun / "icon.svg").symlink_to("nowhere")
    before = contents(begun)

    refused = cli(begun, "init", ".", "--defaults")

    assert refused.code == 2
    assert refused.err.replace(str(begun), "<folder>") == snapshot
    assert contents(begun) == before


def test_a_second_time_everything_is_in_the_way(begun: Path, cli: CommandLine) -> None:
    cli(begun, "init", ".", "--defaults")
    before = contents(begun)

    refused = cli(begun, "init", ".", "--defaults", "--style", "event")

    assert refused.code == 2
    assert contents(begun) == before


def test_a_gitignore_that_lacks_nothing_stays_as_it_is(begun: Path, cli: CommandLine) -> None:
    cli(begun, "init", ".", "--defaults")
    whole = (begun / ".gitignore").read_bytes()
    other = begun.parent / "other"
    other.mkdir()
    (other / ".gitignore").write_bytes(whole)

    made = cli(other, "init", ".", "--defaults")

    assert (other / ".gitignore").read_bytes() == whole
    assert "gitignore" not in made.out


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_stopped_midway_the_folder_is_as_before(
    stopped: BaseException, begun: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(begun)
    move = os.replace

    def until_the_plugin(source: Path, target: Path) -> None:
        if target.name == "plugin_test.ipynb":
            raise stopped
        move(source, target)

    monkeypatch.setattr(os, "replace", until_the_plugin)
    with pytest.raises((KeyboardInterrupt, SetupError)):
        create_project("acme", begun)

    assert contents(begun) == before
    assert sorted(path.name for path in begun.iterdir()) == [
        ".git",
        ".gitignore",
        "LICENSE",
        "Readme.rst",
    ]


def test_stopped_midway_a_new_folder_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_more(source: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", no_more)
    with pytest.raises(KeyboardInterrupt):
        create_project("acme", tmp_path / "acme")

    assert list(tmp_path.iterdir()) == []
