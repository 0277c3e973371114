"""Snowflake's own tool takes the folder. It needs no account, but an environment of its own.

It reads the project and gathers the files; manifest and setup script it leaves to Snowflake.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.publish.package import Package

SNOW = os.environ.get("DEVSESSION_SNOW") or shutil.which("snow")

needs_snow = pytest.mark.skipif(
    SNOW is None,
    reason="Snowflake's tool is not there: python3 -m venv ~/snow && ~/snow/bin/pip install snowflake-cli, "
    "then DEVSESSION_SNOW=~/snow/bin/snow pytest tests/publish/test_bundle.py",
)


def bundle(folder: Path) -> subprocess.CompletedProcess[str]:
    settings = folder / "settings"
    settings.mkdir()
    return subprocess.run(
        [str(SNOW), "app", "bundle", "--package-entity-id", "package"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={"PATH": os.environ["PATH"], "HOME": str(settings), "SNOWFLAKE_HOME": str(settings)},
    )


def content(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


@needs_snow
def test_snow_bundles_the_templates_plugin(package_of_template: Package, tmp_path: Path) -> None:
    package_of_template.write(tmp_path / "crm")

    done = bundle(tmp_path / "crm")

    assert done.returncode == 0, done.stdout + done.stderr
    assert content(tmp_path / "crm" / "output" / "deploy") == package_of_template.files


@needs_snow
def test_snow_bundles_a_plugin_with_three_requirements(
    package_of_three: Package, tmp_path: Path
) -> None:
    package_of_three.write(tmp_path / "acme")

    done = bundle(tmp_path / "acme")

    assert done.returncode == 0, done.stdout + done.stderr
    assert content(tmp_path / "acme" / "output" / "deploy") == package_of_three.files
