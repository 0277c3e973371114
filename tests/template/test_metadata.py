"""A new project of the kind `metadata`: run in a notebook, tested, built into a wheel. That it is linted
and typed, the test of all combinations shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zipfile import ZipFile

import nbformat
import pytest

from devsession.cli.project import create_project
from devsession.sandbox import sandbox_service
from devsession.warehouse import embedded_service
from tests.cli.command import python
from tests.forked import devsession

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOTEBOOK = "metadata_development.ipynb"
SCENARIO = "scenarios/reads-the-objects"
OFFLINE = {"DEVSESSION_OFFLINE": "1"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("metadata") / "acme-crm"
    create_project("acme-crm", folder, kind="metadata")
    yield folder
    sandbox_service(folder).stop()
    embedded_service(folder).stop()


@pytest.fixture(scope="module")
def walked(project: Path) -> Path:
    """After its notebook was run top to bottom."""
    options = ["--no-progress-bar", "--log-level", "ERROR", "-k", "python3"]
    done = python(project, "-m", "papermill", *options, NOTEBOOK, NOTEBOOK)
    assert done.returncode == 0, done.stderr
    return project


def test_its_notebook_reads_compares_and_tests(walked: Path) -> None:
    cells = nbformat.read(walked / NOTEBOOK, as_version=4).cells
    shown = [
        "".join(output.get("data", {}).get("text/plain", ""))
        for cell in cells
        for output in cell.get("outputs", [])
    ]

    assert any("catalog: create 5, update 0, unchanged 0, stale 0" in each for each in shown)
    assert "as generated: passes, with the network shut" in shown[-1]


def test_its_tests_and_its_scenarios_pass_without_network(walked: Path) -> None:
    tested = python(walked, "-m", "pytest", "-q", "-p", "no:cacheprovider", **OFFLINE)
    assert tested.returncode == 0, tested.stdout
    checked = devsession(walked, "test", **OFFLINE)
    assert checked.returncode == 0, checked.stdout
    assert "contract of AcmeCrmSource: 23 of 23 checks hold" in checked.stdout


def test_a_change_fails_as_often_as_it_is_tested_and_overwrites_nothing(walked: Path) -> None:
    plugin, kept = (
        walked / "plugin.py",
        walked / SCENARIO / "entities.jsonl",
    )
    before, stored = plugin.read_text(encoding="utf-8"), kept.read_bytes()
    changed = before.replace('display_name=described["label"]', "display_name=None")
    plugin.write_text(changed, encoding="utf-8")

    times = [devsession(walked, "test", SCENARIO, NOTEBOOK, **OFFLINE) for _ in range(2)]

    plugin.write_text(before, encoding="utf-8")
    for done in times:
        assert done.returncode == 1
        assert "FAILED  reads the objects: differs" in done.stdout
        assert "Offline the completed test of 'reads the objects' stays as it is" in done.stdout
    assert kept.read_bytes() == stored


def test_its_workflow_file_can_be_run(walked: Path) -> None:
    found = sandbox_service(walked).ensure()
    address = f"http://{found.host}:{found.port}"
    addresses = {"APP_URL": address, "CATALOG_HOST_PORT": f"{address}/api"}

    done = devsession(walked, "workflow", "run", "workflow.yml", **addresses)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 items came to the sink, none lost there" in done.stdout
    again = devsession(walked, "workflow", "run", "workflow.yml", **addresses)
    assert "unchanged" in again.stdout
    assert "created" not in again.stdout


def test_its_wheel_is_an_ingestion_connector(project: Path, tmp_path: Path) -> None:
    built = wheel(project, tmp_path)

    assert built.name == "openmetadata_ingestion_connector_acme_crm-0.1.0-py3-none-any.whl"
    with ZipFile(built) as packed:
        names = packed.namelist()
        [metadata] = [name for name in names if name.endswith("METADATA")]
        said = packed.read(metadata).decode()
    assert "acme_crm_connector/__init__.py" in names
    assert "Name: openmetadata-ingestion-connector-acme-crm" in said
    assert "Provides-Extra: app" in said
    assert "## Permissions" in said
    assert "## Addresses" in said


def test_a_version_that_is_not_semantic_is_not_built(project: Path, tmp_path: Path) -> None:
    settings = project / "pyproject.toml"
    before = settings.read_text(encoding="utf-8")
    settings.write_text(before.replace('version = "0.1.0"', 'version = "0.1"'), encoding="utf-8")

    with pytest.raises(AssertionError, match=r"version 0\.1 is not semantic"):
        wheel(project, tmp_path)

    settings.write_text(before, encoding="utf-8")


def wheel(project: Path, into: Path) -> Path:
    """The wheel that the project's own back end builds."""
    code = f"from hatchling.build import build_wheel; print(build_wheel({str(into)!r}))"
    done = python(project, "-c", code)
    assert done.returncode == 0, done.stdout + done.stderr
    return into / done.stdout.split()[-1]
