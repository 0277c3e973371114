"""The commands of the pages exist with their options; what needs neither account nor browser runs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
import typer
from sphinx.cmd import build as sphinx_build

from devsession.cli import main
from devsession.cli.commands import app
from devsession.cli.project import create_project
from devsession.sandbox import sandbox_service
from tests.docs.pages import CHECKOUT, of

if TYPE_CHECKING:
    from collections.abc import Callable

LINES = [
    block for block in of("sh", "crontab") if block.page.stem != "README"
]  # test_readme.py has those


def commands(text: str) -> list[list[str]]:
    """The words of each command, without comments and without what is set for it alone."""
    found: list[list[str]] = []
    waiting = ""
    for line in text.splitlines():
        waiting += line
        try:
            words = shlex.split(re.sub(r"^([\d*/,-]+ ){5}", "", waiting).strip(), comments=True)
        except ValueError:  # a quotation goes on, or the line does
            waiting = waiting.removesuffix("\\") + "\n"
            continue
        waiting = ""
        if "=" in line.partition(" ")[0]:  # what a variable is set to
            words = shlex.split(re.sub(r"^\w+=\$\((.+)\)$", r"\1", line))
        for command in " ".join(shlex.quote(word) for word in words).split(" '&&' "):
            rest = shlex.split(command)
            while rest and re.match(r"\w+=", rest[0]):
                rest = rest[1:]
            found += [rest] if rest else []
    assert not waiting
    return found


COMMANDS = [
    pytest.param(words, id=f"{block}: {' '.join(words)[:60]}")
    for block in LINES
    for words in commands(block.text)
]


def parse(command: Any, words: list[str], name: str) -> None:
    """Have typer, or click, take the words apart; nothing is called."""
    context = command.make_context(name, list(words))
    if hasattr(command, "resolve_command"):
        name, inner, rest = command.resolve_command(
            context, [*context._protected_args, *context.args]
        )
        parse(inner, rest, name)


def devsession_takes(words: list[str]) -> None:
    parse(typer.main.get_command(app), words, "devsession")


def papermill_takes(words: list[str]) -> None:
    parse(import_module("papermill.cli").papermill, words, "papermill")


def pytest_takes(words: list[str], config: pytest.Config) -> None:
    """Options of pytest and its plugins here are asked for, those of others read; tests are there."""
    others = "".join(
        Path(find_spec(name).origin or "").read_text(encoding="utf-8")  # type: ignore[union-attr]
        for name in ("nbval.plugin", "devsession.testing.pytest_plugin")
    )
    for option in (word.partition("=")[0] for word in words if word.startswith("-")):
        assert re.search(rf"['\"]{option}['\"]", others) or has(config, option), option
    tests = [word for word in words if word.startswith("tests/")]
    assert [test for test in tests if not (CHECKOUT / test).exists()] == []


def has(config: pytest.Config, option: str) -> bool:
    try:
        config.getoption(option)
    except ValueError:
        return False
    return True


def python_takes(words: list[str]) -> None:
    """`-m module` of ours, or code."""
    assert words[0] in {"-m", "-c"}
    assert words[0] == "-c" or find_spec(words[1])


def is_there(words: list[str]) -> None: ...


TAKES: dict[str, Callable[[list[str]], None]] = {
    "devsession": devsession_takes,
    "papermill": papermill_takes,
    "python": python_takes,
    "sphinx-build": lambda words: sphinx_build.get_parser().parse_args(words),
    "run": lambda words: None if (CHECKOUT / ".ci" / "run").is_file() else pytest.fail(".ci/run"),
    # These run in test_the_catalog_from_a_shell, and are the shell's own.
    "curl": is_there,
    "rm": is_there,
    "cd": is_there,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With the files that commands name."""
    monkeypatch.chdir(tmp_path)
    for name in ("contacts.csv", "acme.yaml", "events.jsonl"):
        (tmp_path / name).touch()
    (tmp_path / "notebooks").mkdir()
    return tmp_path


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_exists_with_its_options(
    words: list[str], folder: Path, pytestconfig: pytest.Config
) -> None:
    program = words[0].rpartition("/")[2]
    if program == "pytest":
        pytest_takes(words[1:], pytestconfig)
    else:
        TAKES[program](words[1:])


def test_an_option_that_is_not_there_is_told() -> None:
    with pytest.raises(SystemExit):
        main(["publish", "--stp", "package"])
    with pytest.raises(Exception, match="No such option: --stp"):
        devsession_takes(["publish", "--stp", "package"])


def lines_of(page: str) -> list[list[str]]:
    return [words for block in LINES if block.page.stem == page for words in commands(block.text)]


def run(words: list[str]) -> None:
    """A command of ours, in this process; it ends well."""
    assert words[0] == "devsession"
    with pytest.raises(SystemExit) as ended:
        main(words[1:])
    assert ended.value.code in {0, None}, words


@pytest.fixture
def project(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new project, and the working folder."""
    project = folder / "acme"
    create_project("acme", project)
    monkeypatch.chdir(project)
    return project


def test_publishing_as_far_as_no_account_is_needed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # all that a new project needs is in the channel
    (channel,) = (block for block in of("json") if block.page.stem == "publishing")
    (project / "channel.json").write_text(channel.text, encoding="utf-8")
    dry, package, _on_an_account, *_ = lines_of("publishing")

    run(dry)
    assert not (project / "dist").exists()
    run(package)
    assert list(project.glob("dist/*/app/manifest.yml"))


def test_notebooks_as_tests(folder: Path) -> None:
    (sets,) = (block for block in of("yaml") if block.page.stem == "notebooks-as-tests")
    (folder / "sets.yml").write_text(sets.text, encoding="utf-8")
    given = nbformat.v4.new_code_cell("region = 'eu'\ncount = 1", metadata={"tags": ["parameters"]})
    notebook = nbformat.v4.new_notebook(cells=[given, nbformat.v4.new_code_cell("2 + 2")])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "report.ipynb")
    of_a_report = [words for words in lines_of("notebooks-as-tests") if "report.ipynb" in words]
    update = next(words for words in of_a_report if "--update" in words)

    run(update)
    for words in of_a_report:
        run(words)
    assert "'4'" in (folder / "report.ipynb").read_text().replace('"', "'")


def test_the_catalog_from_a_shell(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """curl and Python ask it as the pages say; then it begins anew."""
    if which("curl") is None or which("bash") is None:
        pytest.skip("no curl, or no bash: apt-get install curl bash")
    start, status, stop, anew = lines_of("metadata-catalog")[:4]
    asking = [block.text for block in of("sh") if "curl" in block.text]

    run(start)
    run(status)
    found = sandbox_service(project).address()
    assert found
    url = f"http://{found.host}:{found.port}"
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    monkeypatch.setenv("EVENTS_SECRET", "sesame-open-1")
    monkeypatch.setenv("OM", url)
    first, *others = (text.replace("http://127.0.0.1:PORT", url) for text in asking)
    script = "\n".join(["set -e", first, "OM_TOKEN=$TOKEN", *others]).replace("curl ", "curl -sSf ")
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    run(stop)

    assert done.stderr == ""
    assert '"name":"mine"' in done.stdout
    assert '"name":"audit"' in done.stdout
    subprocess.run(anew, check=True)
    assert not (project / ".devsession" / "catalog").exists()
