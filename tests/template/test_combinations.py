"""Projects of `devsession init` with every pair of answers are linted and typed, some of them run.

The long form has every combination of answers.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import nbformat
import pytest

from devsession.cli.project import create_project
from devsession.sandbox import sandbox_service
from devsession.warehouse import embedded_service
from tests.cli.command import python
from tests.template import walk
from tests.template.combinations import ALL, PAIRWISE, generate, named, pairs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.template.combinations import Answers

CHECKED = {"outbound": 2, "inbound": 3, "both": 4}  # the contract, and its scenarios
OWN_IMPORTS = re.compile(r"^from (plugin|app_client) import", re.MULTILINE)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(PAIRWISE, id="every pair"),
        pytest.param(ALL, id="every combination", marks=pytest.mark.long),
    ],
)
def projects(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a project for each of these answers, and one of metadata."""
    place = tmp_path_factory.mktemp("projects")
    for answers in request.param:
        generate(answers, place)
    create_project("acme-crm", place / "metadata", kind="metadata")
    return place


def test_each_is_linted_and_formatted(projects: Path) -> None:
    checked = python(projects, "-m", "ruff", "check", "--no-cache", "--quiet", ".")
    formatted = python(projects, "-m", "ruff", "format", "--no-cache", "--quiet", "--diff", ".")

    assert (checked.stdout, checked.stderr) == ("", "")
    assert (formatted.stdout, formatted.stderr) == ("", "")


def test_each_is_typed(projects: Path, tmp_path: Path) -> None:
    packages = as_packages(projects, tmp_path / "packages")

    # A cache that nobody reads is not written.
    options = ["--strict", "--explicit-package-bases", "--cache-dir", os.devnull]
    checked = python(packages, "-m", "mypy", *options, ".")

    assert checked.stdout.startswith("Success: no issues found"), checked.stdout


def as_packages(projects: Path, packages: Path) -> Path:
    """Copies for one run of mypy: modules of the same name are told apart by their project."""
    for file in projects.rglob("*.py"):
        copy = packages / file.relative_to(projects)
        copy.parent.mkdir(parents=True, exist_ok=True)
        project = copy.relative_to(packages).parts[0]
        text = OWN_IMPORTS.sub(rf"from {project}.\1 import", file.read_text(encoding="utf-8"))
        copy.write_text(text, encoding="utf-8")
    return packages


def test_each_notebook_is_valid_and_holds_no_output(projects: Path) -> None:
    notebooks = {file: nbformat.read(file, as_version=4) for file in projects.rglob("*.ipynb")}

    for notebook in notebooks.values():
        nbformat.validate(notebook)
    outputs = {file: [cell.get("outputs") for cell in notebooks[file].cells] for file in notebooks}
    assert [file for file, of_cells in outputs.items() if any(of_cells)] == []
    assert sorted({file.name for file in notebooks}) == [
        "metadata_development.ipynb",
        "plugin_development.ipynb",
        "plugin_inbound.ipynb",
        "plugin_test.ipynb",
        "plugin_upload.ipynb",
    ]
    assert {file.parent for file in notebooks} == set(projects.iterdir())


def test_each_form_is_shown(projects: Path) -> None:
    notebooks = [nbformat.read(file, as_version=4) for file in projects.rglob("plugin_dev*.ipynb")]
    shown = [{cell.source for cell in each.cells} for each in notebooks]

    assert all({"session.connection"} < cells for cells in shown)
    assert all({"contacts", "messages"} & cells for cells in shown)


@pytest.mark.parametrize("answers", PAIRWISE, ids=named)
def test_its_answers_open_the_notebook(
    answers: Answers, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    folder = generate(answers, tmp_path)

    file, *_ = sorted(folder.glob("plugin_*.ipynb"))  # plugin_development, where rows are sent
    assert nbformat.read(file, as_version=4).cells[0].source == snapshot


def test_the_choice_has_every_pair_of_answers() -> None:
    every = set.union(*map(pairs, ALL))

    assert set.union(*map(pairs, PAIRWISE)) == every


@pytest.fixture
def project(answers: Answers, tmp_path: Path) -> Iterator[Path]:
    """The project with these answers, where a path is neither ASCII nor one word; its processes
    are stopped.
    """
    home = tmp_path / "Énergie, 数据 & co"
    home.mkdir()
    folder = generate(answers, home)
    yield folder
    sandbox_service(folder).stop()
    embedded_service(folder).stop()


# The first of them is what --defaults makes; it is run in an environment of its own. Each answer is
# among that one and those of the short form; each pair is among all.
@pytest.mark.parametrize(
    "answers",
    [
        pytest.param(each, marks=[] if at in (2, 5, 6) else [pytest.mark.long], id=named(each))
        for at, each in enumerate(PAIRWISE)
        if at
    ],
)
def test_its_notebooks_and_its_tests_run(answers: Answers, project: Path) -> None:
    walked = python(project, walk.__file__)

    assert walked.returncode == 0, walked.stdout + walked.stderr
    assert walked.stdout.endswith(f"{CHECKED[answers['direction']]} passed, 0 failed\n")
