"""`devsession test` on notebooks: alone, in a project, in CI's JSON, and stopped by Ctrl-C."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.command import environment
from tests.testing.notebook_folder import SECRET, code, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import CommandLine, Said


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """No project: two notebooks, one of which has changed."""
    write(
        tmp_path / "good.ipynb", code("region = 'eu'", None, "parameters"), code("region", "'eu'")
    )
    write(tmp_path / "changed.ipynb", code("1 + 1", "3"))
    return tmp_path


def text(said: Said) -> str:
    return re.sub(r"\(id \w+\)", "(id ..)", str(said.out))


def test_notebooks_of_no_project_are_tests(
    cli: CommandLine, folder: Path, snapshot: SnapshotAssertion
) -> None:
    said = cli(folder, "test", ".", "-n", "2")

    assert said.code == 1
    assert text(said) == snapshot
    assert (folder / ".devsession" / "notebooks" / "changed.ipynb").is_file()
    assert (folder / ".devsession" / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_what_differs_is_stored_on_demand(
    cli: CommandLine, folder: Path, snapshot: SnapshotAssertion
) -> None:
    updated = cli(folder, "test", "changed.ipynb", "--update")
    again = cli(folder, "test", "changed.ipynb", "--update")

    assert (updated.code, again.code) == (0, 0)
    assert text(updated) + text(again) == snapshot


def test_it_runs_over_sets_of_parameters(
    cli: CommandLine, folder: Path, snapshot: SnapshotAssertion
) -> None:
    (folder / "sets.yml").write_text("home: {region: eu}\naway: {region: us}\n", encoding="utf-8")

    sets = cli(folder, "test", "good.ipynb", "--parameters", "sets.yml")
    typed = cli(folder, "test", "good.ipynb", "-p", "regoin=us")

    assert (sets.code, typed.code) == (0, 1)
    assert sets.out + typed.out == snapshot


def test_the_report_is_json_for_scripts(cli: CommandLine, folder: Path) -> None:
    said = cli(folder, "test", "good.ipynb", "changed.ipynb", "--json")
    told = json.loads(said.out)

    assert (told["passed"], told["failed"], told["stopped"]) == (1, 1, False)
    good, changed = told["notebooks"]
    assert (good["notebook"], good["passed"]) == ("good.ipynb", True)
    assert changed["cells"][0]["state"] == "differs"
    assert Path(changed["executed"]).is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        ("god.ipynb",),
        ("good.ipynb", "-p", "region"),
        ("good.ipynb", "-p", "region=us", "--update"),
        ("good.ipynb", "--parameters", "none.yml"),
        ("good.ipynb", "--sanitize", "none.cfg"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_runs(
    cli: CommandLine, folder: Path, arguments: tuple[str, ...], snapshot: SnapshotAssertion
) -> None:
    said = cli(folder, "test", *arguments)

    assert (said.code, said.out) == (2, "")
    assert str(said.err).replace(str(folder), "<folder>") == snapshot
    assert not (folder / ".devsession").exists()


def test_a_project_s_notebooks_with_outputs_are_among_its_tests(
    cli: CommandLine, folder: Path
) -> None:
    project = folder / "project"
    (project / "notebooks").mkdir(parents=True)
    (project / "plugin.py").touch()
    write(project / "beside.ipynb", code("2", "2"))
    write(project / "notebooks" / "compared.ipynb", code("1", "1"))
    write(project / "notebooks" / "draft.ipynb", code("1 / 0"))

    said = cli(project, "test")

    assert said.code == 0
    assert [line for line in str(said.out).splitlines() if line.startswith("passed")] == [
        "passed  beside.ipynb: 1 cell as stored",
        "passed  notebooks/compared.ipynb: 1 cell as stored",
    ]


def test_a_secret_of_the_project_is_found_in_what_a_cell_puts_out(
    cli: CommandLine, folder: Path
) -> None:
    (folder / ".env").write_text(f"CRM_TOKEN={SECRET}\n", encoding="utf-8")
    write(folder / "leaks.ipynb", code("open('.env').read()", "'..'"))

    said = cli(folder, "test", "leaks.ipynb", "--json")

    assert said.code == 1
    assert json.loads(said.out)["notebooks"][0]["cells"][0]["state"] == "secret"
    kept = folder / ".devsession" / "notebooks" / "leaks.ipynb"
    assert SECRET not in str(said.out) + kept.read_text(encoding="utf-8")


def test_ctrl_c_ends_all_kernels_and_keeps_what_was_told(folder: Path) -> None:
    write(
        folder / "sleeps.ipynb",
        code(
            "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(600)"
        ),
    )
    command = [sys.executable, "-m", "devsession", "test", "good.ipynb", "sleeps.ipynb"]
    running = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until((folder / "pid").is_file)
    pid = int((folder / "pid").read_text(encoding="utf-8"))

    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)

    assert running.returncode == 130
    assert out.splitlines() == ["passed  good.ipynb: 2 cells as stored", "1 passed, 0 failed"]
    assert "Traceback" not in err
    wait_until(lambda: not Path(f"/proc/{pid}").exists())


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
