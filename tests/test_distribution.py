"""What is built and installed: a wheel outside of the checkout has all that a user needs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

from devsession.cli.shipped import shipped

CHECKOUT = Path(__file__).parent.parent
SOURCES = ("devsession", "notebooks", "plugin_template")
FILES = ("pyproject.toml", "README.md", "LICENSE")
PRIVATE = {".devsession", ".ipynb_checkpoints"}
SHIPPED = "devsession/_shipped/"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the checkout's files, beside which somebody has worked."""
    source = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        shutil.copytree(CHECKOUT / name, source / name)
    for name in FILES:
        shutil.copy(CHECKOUT / name, source)
    places = ("notebooks", "notebooks/inbound", "notebooks/metadata", "plugin_template/template")
    for place in (*places, "plugin_template/metadata"):
        for private in PRIVATE:
            (source / place / private).mkdir(exist_ok=True)
            (source / place / private / "01.ipynb").write_text("not for others", encoding="utf-8")
    [built] = WheelBuilder(str(source)).build(directory=str(source / "built"))
    return Path(built)


def shipped_in(wheel: Path) -> list[str]:
    names = ZipFile(wheel).namelist()
    return sorted(name.removeprefix(SHIPPED) for name in names if name.startswith(SHIPPED))


def test_the_wheel_ships_the_notebooks_and_the_template_and_nothing_private(wheel: Path) -> None:
    notebooks = [
        str(path.relative_to(CHECKOUT))
        for path in (CHECKOUT / "notebooks").rglob("*.ipynb")
        if PRIVATE.isdisjoint(path.parts)
    ]
    notebooks += [f"notebooks/{name}/plugin.py" for name in ("events", "inbound", "metadata")]
    template = [
        str(path.relative_to(CHECKOUT))
        for path in (CHECKOUT / "plugin_template").rglob("*")
        if path.is_file() and PRIVATE.isdisjoint(path.parts)
    ]

    assert shipped_in(wheel) == sorted([*notebooks, *template])
    assert "plugin_template/template/.gitignore" in shipped_in(wheel)


def test_the_wheel_has_what_the_package_reads_at_run_time(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()
    read = [
        str(path.relative_to(CHECKOUT))
        for path in (CHECKOUT / "devsession").rglob("*")
        if path.suffix in {".sql", ".js", ".css", ".typed"}
    ]

    assert len(read) > 10
    assert set(read) <= set(names)


def test_the_wheel_installs_the_kernelspec(wheel: Path) -> None:
    kernelspec = "data/share/jupyter/kernels/devsession/kernel.json"

    assert [name for name in ZipFile(wheel).namelist() if name.endswith(kernelspec)]


@pytest.mark.parametrize("name", ["notebooks", "plugin_template"])
def test_an_editable_install_uses_the_checkout(name: str) -> None:
    assert shipped(name) == CHECKOUT / name


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel installed in a folder of its own; its dependencies are those of this Python."""
    folder = tmp_path_factory.mktemp("installed")
    pip = ["pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(folder)]
    subprocess.run([sys.executable, "-m", *pip, str(wheel)], check=True)
    return folder


def devsession(installed: Path, place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "devsession", *arguments],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "", "HOME": str(place), "PYTHONPATH": str(installed)},
    )


def test_the_installed_wheel_is_what_runs(installed: Path, tmp_path: Path) -> None:
    code = "import devsession.cli.shipped as s; print(s.shipped('notebooks'))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(installed)},
    )

    assert Path(done.stdout.strip()) == installed / "devsession" / "_shipped" / "notebooks"


def test_an_installed_wheel_gives_help(installed: Path, tmp_path: Path) -> None:
    done = devsession(installed, tmp_path, "--help")

    assert (done.returncode, done.stderr) == (0, "")
    assert "devsession [OPTIONS] COMMAND" in done.stdout


def test_an_installed_wheel_makes_the_same_project(installed: Path, tmp_path: Path) -> None:
    made = devsession(installed, tmp_path, "init", "acme", "--defaults")

    assert (made.returncode, made.stderr) == (0, "")
    assert (tmp_path / "acme" / ".gitignore").is_file()
    assert (tmp_path / "acme" / "plugin.py").is_file()
