"""session.generate_tests(behave=True) where there are inbound scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from devsession import DevelopmentSession
from devsession.session.plugin_source import load_plugin_class
from tests.testing import acme_both_plugin, inbound_kinds, kinds
from tests.testing.behave_process import behave

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

PLUGIN = acme_both_plugin.AcmeBoth


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    project.mkdir()
    (project / "plugin.py").write_bytes(Path(acme_both_plugin.__file__).read_bytes())
    return project


@pytest.fixture
def session(project: Path) -> Iterator[DevelopmentSession]:
    inbound_kinds.recorded(PLUGIN, project / "scenarios" / "reads")
    with DevelopmentSession(load_plugin_class(project), workspace=project) as session:
        yield session


def features(project: Path) -> list[str]:
    folder = project / "features"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_inbound_scenarios_only(
    session: DevelopmentSession, project: Path, snapshot: SnapshotAssertion
) -> None:
    assert str(session.generate_tests(behave=True)) == snapshot
    assert features(project) == [
        "acme.feature",
        "inbound_results/acme_reads_results.csv",
        "steps/imported_steps.py",
        "vcr_cassettes/acme_reads.recorded.jsonl",
        "vcr_cassettes/acme_reads.yaml",
    ]


def test_scenarios_of_both_directions(
    session: DevelopmentSession, project: Path, snapshot: SnapshotAssertion
) -> None:
    kinds.recorded(PLUGIN, project / "scenarios" / "creates")

    assert str(session.generate_tests(behave=True)) == snapshot
    ran = behave(project)
    assert "2 scenarios passed, 0 failed" in ran.output, ran.output
