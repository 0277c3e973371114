"""papermill with our engine: its output notebook, wrong parameters, secrets, kernels that fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbformat
import papermill
import pytest
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError

from devsession.errors import NotebookError
from devsession.session.papermill_engine import DevsessionEngine
from tests.testing.notebook_folder import SECRET, code, write

if TYPE_CHECKING:
    from pathlib import Path

    from nbformat import NotebookNode


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(papermill_engines._engines, "devsession", DevsessionEngine)


def run(folder: Path, *, values: dict[str, Any] | None = None, **settings: Any) -> NotebookNode:
    return papermill.execute_notebook(
        folder / "in.ipynb",
        folder / "out.ipynb",
        values or {},
        engine_name="devsession",
        cwd=folder,
        progress_bar=False,
        **settings,
    )


def test_it_runs_a_notebook_with_its_parameters(tmp_path: Path) -> None:
    cells = code("region = 'eu'", None, "parameters"), code("region.upper()")
    write(tmp_path / "in.ipynb", *cells)
    told = (tmp_path / "told.txt").open("w")

    run(tmp_path, values={"region": "us"}, stdout_file=told)

    written = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert written.cells[2].outputs[0].data["text/plain"] == "'US'"
    assert written.cells[2].metadata.papermill.status == "completed"
    told.close()


@pytest.mark.parametrize("values", [{"regoin": "us"}, {"region": 1}, {"region": SECRET}])
def test_wrong_parameters_are_refused_before_anything_is_saved(
    tmp_path: Path, values: dict[str, Any]
) -> None:
    (tmp_path / ".env").write_text(f"CRM_TOKEN={SECRET}\n", encoding="utf-8")
    write(tmp_path / "in.ipynb", code("region = 'eu'", None, "parameters"))

    with pytest.raises(NotebookError):
        run(tmp_path, values=values)

    assert not (tmp_path / "out.ipynb").exists()


def test_a_secret_is_in_nothing_that_is_saved(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"CRM_TOKEN={SECRET}\n", encoding="utf-8")
    write(tmp_path / "in.ipynb", code("print(open('.env').read())"))

    with pytest.raises(NotebookError, match="A secret was put out") as refused:
        run(tmp_path)

    assert "CRM_TOKEN" in str(refused.value)
    assert SECRET not in (tmp_path / "out.ipynb").read_text(encoding="utf-8")


def test_an_exception_is_papermill_s_own(tmp_path: Path) -> None:
    write(tmp_path / "in.ipynb", code("1 / 0"), code("'never'"))

    with pytest.raises(PapermillExecutionError, match="ZeroDivisionError"):
        run(tmp_path)


def test_a_cell_that_takes_too_long_is_named(tmp_path: Path) -> None:
    write(tmp_path / "in.ipynb", code("1"), code("while True: pass"))

    with pytest.raises(NotebookError, match="not run to its end") as failed:
        run(tmp_path, execution_timeout=1)

    assert "cell 2" in str(failed.value)
