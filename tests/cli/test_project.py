"""`devsession init`: a new project, looked at, checked, tested and run as its author would."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, get_args, get_type_hints

import nbformat
import pytest

from devsession.cli.answers import questions
from devsession.cli.commands import init
from devsession.cli.project import create_project
from devsession.errors import UsageError
from tests.cli.command import devsession, python

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import CommandLine


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a name that is neither ASCII nor one word."""
    folder = tmp_path / "Énergie, 数据 & co"
    folder.mkdir()
    return folder


def test_a_project_is_made_without_a_question(home: Path, snapshot: SnapshotAssertion) -> None:
    made = devsession(home, "init", "acme", "--defaults")

    assert (made.returncode, made.stderr) == (0, "")
    assert made.stdout == snapshot
    assert files_in(home) == snapshot


@pytest.mark.parametrize(
    ("name", "plugin_class"),
    [
        ("acme", "Acme"),
        ("practice-crm", "PracticeCrm"),
        ("my_app", "MyApp"),
        ("X9", "X9"),
        ("test-crm", "TestCrm"),
        ("name_of-as-many-letters-as-a-name-may-have-at-most", None),
    ],
)
def test_a_name_makes_a_folder_and_a_class(
    name: str, plugin_class: str | None, tmp_path: Path
) -> None:
    create_project(name, tmp_path / name)

    text = (tmp_path / name / "plugin.py").read_text(encoding="utf-8")
    found, *_ = [node.name for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    assert found == (plugin_class or found)
    assert lint(tmp_path / name) == "All checks passed!\n"


def lint(project: Path) -> str:
    """What the linter and the formatter find, with the project's own settings."""
    formatted = python(project, "-m", "ruff", "format", "--no-cache", "--diff", ".")
    return formatted.stdout + python(project, "-m", "ruff", "check", "--no-cache", ".").stdout


@pytest.mark.parametrize("notebook", ["plugin_development.ipynb", "plugin_test.ipynb"])
def test_a_notebook_is_valid_and_holds_no_output(notebook: str, tmp_path: Path) -> None:
    create_project("acme", tmp_path / "acme")

    read = nbformat.read(tmp_path / "acme" / notebook, as_version=4)

    nbformat.validate(read)
    assert [cell.outputs for cell in read.cells if cell.cell_type == "code" and cell.outputs] == []


@pytest.mark.parametrize(
    "name",
    ["9lives", "my app", "acme-", "../acme", "acme/crm", "é", "a" * 51, "-x", "none", "Plugin"],
)
def test_a_name_that_cannot_be_is_refused(
    name: str, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UsageError) as error:
        create_project(name, tmp_path / "project")

    assert str(error.value) == snapshot
    assert files_in(tmp_path) == []


def test_a_folder_that_holds_something_is_refused_and_untouched(
    cli: CommandLine, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "plugin.py").write_text("mine", encoding="utf-8")

    refused = cli(tmp_path, "init", "acme")

    assert refused.code == 2
    assert refused.err.replace(str(tmp_path), "<folder>") == snapshot
    assert files_in(tmp_path) == ["acme/plugin.py"]
    assert (tmp_path / "acme" / "plugin.py").read_text(encoding="utf-8") == "mine"


def test_what_is_not_said_it_asks(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    asked = devsession(tmp_path, "init", typed="sales-app\n\n\nevent\n\npackage\n5/second\n\n")

    assert (asked.returncode, asked.stderr) == (0, "")
    assert asked.stdout == snapshot
    assert answers_in(tmp_path / "sales-app") == [
        "outbound",
        "events",
        "an API key",
        "through a Python package",
        "5/second",
        "a Jinja template",
    ]


def answers_in(project: Path) -> list[str]:
    """The answers that plugin_development.ipynb opens with."""
    notebook = nbformat.read(project / "plugin_development.ipynb", as_version=4)
    rows = [line for line in notebook.cells[0].source.splitlines() if line.startswith("|")]
    return [row.split(" | ")[1] for row in rows[2:]]


def test_what_is_said_it_does_not_ask(tmp_path: Path) -> None:
    said = "--direction outbound --style event --client http --rate-limit none --mapper fields"

    made = devsession(tmp_path, "init", "acme", *said.split(), typed="api-key\n")

    assert made.returncode == 0
    assert made.stdout.count("?") == 1
    assert answers_in(tmp_path / "acme")[1] == "events"


def test_who_only_reads_is_not_asked_how_rows_are_sent(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    asked = devsession(tmp_path, "init", "acme", typed="\ninbound\n\n\n\n")

    assert (asked.returncode, asked.stderr) == (0, "")
    assert asked.stdout == snapshot
    assert files_in(tmp_path / "acme") == snapshot


def test_an_answer_that_cannot_be_is_asked_for_again(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    said = ["9lives", "acme", "", "", "recrod", "record", "", "", "5 a second", "5/second", ""]

    asked = devsession(tmp_path, "init", typed="\n".join([*said, ""]))

    assert asked.returncode == 0
    assert [line for line in asked.stdout.splitlines() if "Error" in line] == snapshot
    assert (tmp_path / "acme" / "plugin.py").is_file()


@pytest.mark.parametrize(
    "command",
    [
        "acme --style recrod",
        "acme --direction inbound --mapper template",
        "acme --kind metadata --connect oauth",
        "acme --rate-limit 5/week",
        "acme --rate-limit 0/second",
        "acme --name 9lives",
        ". --name none",
    ],
)
def test_an_option_that_cannot_be_is_refused_before_anything_is_made(
    command: str, cli: CommandLine, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    refused = cli(tmp_path, "init", *command.split())

    assert refused.code == 2
    assert refused.err == snapshot
    assert files_in(tmp_path) == []


def test_what_can_be_said_is_what_is_asked() -> None:
    asked = {question.name: list(question.choices) for question in questions()}
    options = get_type_hints(init)
    said = {
        name: [answer for each in get_args(options[name]) for answer in get_args(each)]
        for name in asked
    }

    assert said == asked


def test_without_a_name_and_without_questions_there_is_a_name(tmp_path: Path) -> None:
    made = devsession(tmp_path, "init", "--defaults")

    assert made.returncode == 0
    assert (tmp_path / "my-app" / "plugin.py").is_file()


def test_without_a_name_nothing_is_made(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    done = devsession(tmp_path, "init", typed="")

    assert done.returncode == 2
    assert done.stderr.strip() == snapshot
    assert files_in(tmp_path) == []


def test_where_nobody_answers_the_defaults_are_taken_and_told(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    done = devsession(tmp_path, "init", "acme", typed="\n\nevent\n")

    assert done.returncode == 0
    assert done.stdout.splitlines()[-4:] == snapshot
    assert answers_in(tmp_path / "acme")[-1] == "a Jinja template"
