"""What lies in `notebooks/` is what a new project, and a run of the notebooks, put there."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

import nbformat
import pytest

from devsession.cli import tour
from devsession.cli.project import create_project
from tests.notebooks.conftest import FILES, NOTEBOOKS
from tests.refresh_notebooks import FROM_THE_TEMPLATE, PUBLISH_FILE, without_traces

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project") / tour.PLUGIN_NAME
    create_project(tour.PLUGIN_NAME, folder)
    return folder


@pytest.mark.parametrize("name", FROM_THE_TEMPLATE)
def test_a_file_is_as_the_template_makes_it(project: Path, name: str) -> None:
    assert (NOTEBOOKS / name).read_bytes() == (project / name).read_bytes()


def test_the_notebooks_are_those_of_the_tour() -> None:
    assert sorted(path.name for path in NOTEBOOKS.glob("*.ipynb")) == [*FILES, PUBLISH_FILE]
    assert [f"{name}.ipynb" for name in tour.NOTEBOOKS] == FILES


@pytest.mark.parametrize("file", [*FILES, PUBLISH_FILE])
def test_a_notebook_holds_no_trace_of_its_run(file: str) -> None:
    notebook = nbformat.read(NOTEBOOKS / file, as_version=4)

    assert without_traces(deepcopy(notebook)) == notebook
