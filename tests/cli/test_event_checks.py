"""`devsession test` and `doctor` in a project that handles events: its contract, and its scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.cli.checks import _scenarios
from devsession.cli.contract_check import contract_check
from tests.broken_handlers import good
from tests.cli.conftest import plugin_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession.cli.verdict import Verdict
    from tests.cli.conftest import CommandLine


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """With the good handler as its plugin, and a scenario of it."""
    yield from plugin_of(good, tmp_path)


def test_a_handler_is_held_to_the_contract_of_handlers(project: Path) -> None:
    told: list[Verdict] = []

    contract_check(project)(told.append)
    _scenarios(project, [project / "scenarios" / "columns-are-gone"], told.append)

    assert [each.text for each in told] == [
        # What its scenarios tell themselves is left out.
        "contract of TellOwners: 12 of 12 checks hold",
        "columns are gone: as recorded, 4 events, 6 exchanges played",
    ]


def test_what_its_project_leaves_out_is_left_out(project: Path) -> None:
    (project / "tests").mkdir()
    (project / "tests" / "test_contract.py").write_text(
        "from devsession.testing import SuiteConfig, events_contract\n"
        "from plugin import TellOwners\n"
        'CONFIG = SuiteConfig(skip={"a_busy_app_is_waited_for": "it has no limits"})\n'
        "TestTellOwners = events_contract(TellOwners, CONFIG)\n",
        encoding="utf-8",
    )
    told: list[Verdict] = []

    contract_check(project)(told.append)

    assert told[0].text.splitlines() == [
        "contract of TellOwners: 11 of 12 checks hold",
        "  1 not tried: it has no limits",
    ]


def test_doctor_tells_the_contract_of_a_handler(project: Path, cli: CommandLine) -> None:
    said = cli(project, "doctor", "plugin.py")

    lines = said.out.splitlines()
    assert lines[0].split() == ["TellOwners"]
    assert lines[-1] == "13 ok"
    assert said.code == 0


def test_doctor_tells_what_is_wrong_with_a_handler(project: Path, cli: CommandLine) -> None:
    code = (project / "plugin.py").read_text("utf-8")
    (project / "plugin.py").write_text(code.replace(", headers=key)", ")"), "utf-8")

    said = cli(project, "doctor", "plugin.py")

    assert "handed over again, it stands there twice" in said.out
    assert said.out.splitlines()[-1] == "12 ok, 1 error"
    assert said.code == 1
