"""`devsession test` in a project that reads metadata: its contract, and its scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.cli.checks import _scenarios
from devsession.cli.contract_check import contract_check
from tests.broken_sources import good
from tests.cli.conftest import plugin_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession.cli.verdict import Verdict
    from tests.cli.conftest import CommandLine


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """With the good source as its plugin, and a scenario of it."""
    yield from plugin_of(good, tmp_path)


def test_a_source_is_held_to_the_contract_of_sources(project: Path) -> None:
    told: list[Verdict] = []

    contract_check(project)(told.append)

    assert [each.text for each in told] == ["contract of AcmeSource: 24 of 24 checks hold"]
    assert told[0].passed


def test_what_its_project_leaves_out_is_left_out(project: Path) -> None:
    (project / "tests").mkdir()
    (project / "tests" / "test_contract.py").write_text(
        "from devsession.testing import SuiteConfig, metadata_contract\n"
        "from plugin import AcmeSource\n"
        'CONFIG = SuiteConfig(records=11, skip={"unicode_names": "all of it is ASCII"})\n'
        "TestAcme = metadata_contract(AcmeSource, CONFIG)\n",
        encoding="utf-8",
    )
    told: list[Verdict] = []

    contract_check(project)(told.append)

    assert told[0].text.splitlines() == [
        "contract of AcmeSource: 23 of 24 checks hold",
        "  1 not tried: all of it is ASCII",
    ]


def test_its_scenario_is_played(project: Path) -> None:
    told: list[Verdict] = []

    _scenarios(project, [project / "scenarios" / "reads-all"], told.append)

    assert [each.text for each in told] == [
        "reads all: as recorded, 8 entities, 7 exchanges played"
    ]


def test_doctor_tells_the_contract_of_a_source(project: Path, cli: CommandLine) -> None:
    lines = cli(project, "doctor", "plugin.py").out.splitlines()

    assert lines[0].split() == ["AcmeSource"]
    assert lines[-1] == "24 ok"
