"""`devsession lab`: what it opens, what it trusts, and what it says instead."""

from __future__ import annotations

import json
import os
import shutil
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from devsession.cli.lab import lab
from devsession.cli.project import create_project
from devsession.cli.shipped import shipped
from devsession.errors import SetupError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from syrupy.assertion import SnapshotAssertion

Opened = list[str]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of Jupyter's that nobody has used."""
    for name in ("config", "data", "runtime"):
        monkeypatch.setenv(f"JUPYTER_{name.upper()}_DIR", str(tmp_path / "home" / name))
    return tmp_path / "home"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with its two notebooks, which is where we are."""
    folder = tmp_path / "acme"
    folder.mkdir()
    for name in ("plugin_development.ipynb", "plugin_test.ipynb"):
        write(folder / name)
    (folder / "plugin.py").touch()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """The arguments of the JupyterLab that has been started."""
    arguments: Opened = []
    monkeypatch.setattr(os, "execv", lambda _path, command: arguments.extend(command))
    return arguments


def write(notebook: Path, *outputs: str, **metadata: object) -> Path:
    """A notebook of one cell with these outputs in HTML."""
    shown = [nbformat.v4.new_output("display_data", {"text/html": each}) for each in outputs]
    cell = nbformat.v4.new_code_cell("1", outputs=shown, metadata=metadata, id="one")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), notebook)
    return notebook


def is_trusted(notebook: Path) -> bool:
    with NotebookNotary() as notary:
        return notary.check_signature(nbformat.read(notebook, as_version=4))


def test_it_opens_the_projects_own_notebook(project: Path, started: Opened) -> None:
    lab(None)

    assert f"--ServerApp.root_dir={project}" in started
    assert "--LabApp.default_url=/lab/tree/plugin_development.ipynb" in started


def test_of_a_project_that_only_reads_it_opens_the_one_it_has(
    project: Path, started: Opened
) -> None:
    write(project / "plugin_inbound.ipynb")
    (project / "plugin_development.ipynb").unlink()

    lab(None)

    assert "--LabApp.default_url=/lab/tree/plugin_inbound.ipynb" in started


def test_where_there_is_none_it_opens_the_folder(
    tmp_path: Path, started: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    lab(None)

    assert "--LabApp.default_url=/lab" in started


def test_a_notebook_below_is_opened_with_the_project_round_it(
    project: Path, started: Opened
) -> None:
    (project / "my notes").mkdir()
    notebook = write(project / "my notes" / "Énergie #1.ipynb")

    lab(notebook.relative_to(project))

    assert f"--ServerApp.root_dir={project}" in started
    assert "--LabApp.default_url=/lab/tree/my%20notes/%C3%89nergie%20%231.ipynb" in started


def test_a_notebook_elsewhere_is_opened_in_its_own_folder(
    project: Path, tmp_path: Path, started: Opened
) -> None:
    lab(write(tmp_path / "other.ipynb"))

    assert f"--ServerApp.root_dir={tmp_path}" in started
    assert "--LabApp.default_url=/lab/tree/other.ipynb" in started


@pytest.mark.parametrize("name", ["plugin_developmint.ipynb", "plugin.py", "tests"])
def test_what_is_no_notebook_is_refused(
    name: str, project: Path, started: Opened, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UsageError) as error:
        lab(Path(name))

    assert str(error.value).replace(str(project), "<project>") == snapshot
    assert started == []


def test_a_second_one_in_the_same_folder_opens_the_first(
    project: Path,
    home: Path,
    started: Opened,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server = {"url": "http://localhost:8888/", "token": "abc", "root_dir": str(project)}
    (home / "runtime").mkdir(parents=True)
    running = json.dumps({**server, "pid": os.getpid()})
    (home / "runtime" / "jpserver-1.json").write_text(running, encoding="utf-8")
    opened: Opened = []
    monkeypatch.setattr(webbrowser, "open", opened.append)

    lab(project / "plugin_test.ipynb")

    assert started == []
    assert opened == ["http://localhost:8888/lab/tree/plugin_test.ipynb?token=abc"]
    assert capsys.readouterr().out == f"JupyterLab runs in this folder already: {opened[0]}\n"


def test_one_in_another_folder_does_not_count(
    project: Path, home: Path, tmp_path: Path, started: Opened
) -> None:
    server = {"url": "http://localhost:8888/", "token": "abc", "root_dir": str(tmp_path)}
    (home / "runtime").mkdir(parents=True)
    running = json.dumps({**server, "pid": os.getpid()})
    (home / "runtime" / "jpserver-1.json").write_text(running, encoding="utf-8")

    lab(None)

    assert f"--ServerApp.root_dir={project}" in started


def refuse(_path: str, _command: Opened) -> None:
    raise PermissionError(13, "Permission denied")


def test_a_python_that_cannot_be_started_is_told(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "execv", refuse)

    with pytest.raises(SetupError, match="JupyterLab does not start") as error:
        lab(None)

    assert error.value.next_step == "pip install jupyterlab"


def test_a_new_projects_notebook_is_trusted_until_it_is_changed(
    tmp_path: Path, started: Opened
) -> None:
    create_project("acme", tmp_path / "acme")
    notebook = tmp_path / "acme" / "plugin_development.ipynb"

    lab(notebook)

    assert is_trusted(notebook)
    notebook.write_text(notebook.read_text("utf-8").replace("Connect", "Other"), "utf-8")
    assert not is_trusted(notebook)


@pytest.mark.parametrize("file", ["02_configure.ipynb", "inbound/05_inbound.ipynb"])
def test_a_notebook_that_we_ship_is_trusted_with_its_outputs(
    file: str, project: Path, started: Opened
) -> None:
    notebook = Path(shutil.copy(shipped("notebooks") / file, project))

    lab(notebook)

    assert is_trusted(notebook)


def altered(project: Path) -> Path:
    """A notebook that we ship, with more in it."""
    notebook = project / "02_configure.ipynb"
    text = (shipped("notebooks") / notebook.name).read_text("utf-8")
    notebook.write_text(text.replace("mapper", "<script>mapper"), "utf-8")
    return notebook


@pytest.mark.parametrize(
    "made",
    [
        altered,
        lambda project: write(project / "sent.ipynb", "<script>1</script>"),
        lambda project: write(project / "sent.ipynb", "<script>1</script>", trusted=True),
    ],
    ids=["ours, changed", "somebody's", "somebody's, that says it is trusted"],
)
def test_outputs_of_others_are_not_trusted(
    made: Callable[[Path], Path], project: Path, started: Opened
) -> None:
    notebook = made(project)

    lab(notebook)

    assert started
    assert not is_trusted(notebook)


def test_a_file_that_cannot_be_read_is_opened_all_the_same(
    project: Path, started: Opened, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "plugin_development.ipynb").write_text("{", "utf-8")

    lab(None)

    assert started
    assert capsys.readouterr().err.startswith("plugin_development.ipynb opens as not trusted: ")


def test_our_settings_are_defaults_of_this_lab_alone(
    project: Path, home: Path, started: Opened
) -> None:
    lab(None)

    [option] = [each for each in started if each.startswith("--LabApp.app_settings_dir=")]
    overrides = Path(option.partition("=")[2], "overrides.json").read_text("utf-8")
    assert "@jupyterlab/notebook-extension:tracker" in json.loads(overrides)
    assert not (home / "config" / "lab").exists()


def test_an_administrators_settings_are_kept(
    project: Path, tmp_path: Path, started: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERLAB_DIR", str(tmp_path / "lab"))
    (tmp_path / "lab" / "settings").mkdir(parents=True)
    (tmp_path / "lab" / "settings" / "overrides.json").write_text("{}", "utf-8")

    lab(None)

    assert [each for each in started if "app_settings_dir" in each] == []
