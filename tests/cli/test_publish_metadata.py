"""`devsession publish` of a metadata plugin: a wheel and a workflow, tried in a clean environment."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
import yaml

from devsession.cli.project import create_project

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import CommandLine

WHEEL = "openmetadata_ingestion_connector_acme-0.1.0-py3-none-any.whl"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    create_project("acme", tmp_path / "acme", kind="metadata")
    return tmp_path / "acme"


def test_a_wheel_and_a_workflow(
    project: Path, cli: CommandLine, snapshot: SnapshotAssertion
) -> None:
    said = cli(project, "publish")
    first = (project / "dist" / WHEEL).read_bytes()

    again = cli(project, "publish")

    assert said.code == 0, said.err
    assert said.out == again.out == snapshot
    assert (project / "dist" / WHEEL).read_bytes() == first
    assert "acme_connector/__init__.py" in ZipFile(project / "dist" / WHEEL).namelist()
    workflow = yaml.safe_load((project / "dist" / "workflow.yml").read_text(encoding="utf-8"))
    config = workflow["source"]["serviceConnection"]["config"]
    assert config["sourcePythonClass"] == "acme_connector.AcmeSource"
    assert config["connectionOptions"]["api_key"] == "${SANDBOX_API_KEY}"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("plugin.py", "from devsession.http", "import nbval\nfrom devsession.http"),
        ("workflow.yml", "plugin.AcmeSource\n", "plugin.OtherSource\n"),
        ("workflow.yml", "type: metadata-rest", "type: metadata-nowhere"),
        ("pyproject.toml", '"plugin.py" = ', '"workflow.yml" = '),
        ("pyproject.toml", "requests>=2.32", "requests>=99"),
        ("pyproject.toml", "requests>=2.32", "acme-nowhere"),
    ],
    ids=[
        "not required",
        "another source",
        "no such sink",
        "not in the wheel",
        "another version here",
        "not here",
    ],
)
def test_what_cannot_be_published(
    file: str, old: str, new: str, project: Path, cli: CommandLine
) -> None:
    text = (project / file).read_text(encoding="utf-8")
    assert old in text
    (project / file).write_text(text.replace(old, new), encoding="utf-8")

    said = cli(project, "publish")

    told = {
        "import nbval": "acme_connector.AcmeSource cannot be imported where the wheel is installed",
        "plugin.Other": "workflow.yml does not run this source",
        "type: metadata": "workflow.yml cannot be run where the wheel is installed",
        '"workflow.yml': f"The wheel {WHEEL} does not hold plugin.py",
        "requests>": f"requests>=99 is not {version('requests')}, as it is here, and the wheel",
        "acme-nowhere": "acme-nowhere is not installed here, and the wheel requires it",
    }
    assert said.code == 1
    assert next(text for start, text in told.items() if new.startswith(start)) in said.err
    assert not (project / "dist").exists()


def test_what_is_required_elsewhere_need_not_be_here(project: Path, cli: CommandLine) -> None:
    file = project / "pyproject.toml"
    text = file.read_text(encoding="utf-8").replace(
        'dependencies = ["devsession',
        """dependencies = ["pywin32; sys_platform == 'none'", "devsession""",
    )
    assert "pywin32" in text
    file.write_text(text, encoding="utf-8")

    said = cli(project, "publish", "--dry-run")

    assert said.code == 0, said.err


def test_a_secret_is_not_packed(project: Path, cli: CommandLine) -> None:
    (project / ".env").write_text("ACME_API_KEY=sesame-open-17\n", encoding="utf-8")
    plugin = project / "plugin.py"
    plugin.write_text(plugin.read_text() + "KEY = 'sesame-open-17'\n", encoding="utf-8")

    said = cli(project, "publish")

    assert said.code == 1
    assert "acme_connector/__init__.py holds the secret ACME_API_KEY" in said.err
    assert not (project / "dist").exists()


def test_it_has_no_other_steps(project: Path, cli: CommandLine) -> None:
    said = cli(project, "publish", "--step", "upload")

    assert said.code == 2
    assert "A metadata plugin has no step upload" in said.err
