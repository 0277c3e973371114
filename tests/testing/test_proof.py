"""A generated test passes, and is shown able to fail, before it is called done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import ScenarioError
from devsession.testing.generate import write_tests
from devsession.testing.proof import prove_test
from tests.testing import plugins

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


@pytest.fixture
def test_file(tmp_path: Path, folder: Path) -> Path:
    """The generated file of a project with settings and a conftest of its own."""
    (tmp_path / "plugin.py").write_text("from tests.testing.plugins import *\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    (tmp_path / "conftest.py").write_text("def pytest_configure(config):\n    pass\n")
    return write_tests(tmp_path, plugins.Contacts)


def test_it_passes_as_generated_and_fails_with_an_answer_changed(
    folder: Path, test_file: Path, snapshot: SnapshotAssertion
) -> None:
    proof = prove_test(plugins.Contacts, folder, test_file)

    assert proof
    assert proof.pytest is not None
    assert proof.pytest.passed
    assert str(proof) == snapshot


def test_a_test_that_cannot_fail_is_not_called_done(
    folder: Path, test_file: Path, snapshot: SnapshotAssertion
) -> None:
    proof = prove_test(plugins.IgnoresAnswers, folder, test_file)

    assert not proof
    assert str(proof) == snapshot


def test_a_test_that_does_not_pass_says_why(folder: Path, test_file: Path) -> None:
    proof = prove_test(plugins.TellsOtherOutcomes, folder, test_file)

    assert not proof
    assert str(proof).startswith("the test does not pass as it was generated")


def test_a_plugin_that_only_works_in_this_process_is_found_out(
    folder: Path, test_file: Path
) -> None:
    (test_file.parent.parent / "plugin.py").write_text("import forgotten_requirement\n")

    proof = prove_test(plugins.Contacts, folder, test_file)

    assert not proof
    assert "No module named 'forgotten_requirement'" in str(proof)


def test_the_file_reads_well(test_file: Path, snapshot: SnapshotAssertion) -> None:
    assert test_file.read_text() == snapshot


def test_the_file_stays_untouched_while_nothing_changes(tmp_path: Path, test_file: Path) -> None:
    before = test_file.stat().st_mtime_ns

    write_tests(tmp_path, plugins.Contacts)

    assert test_file.stat().st_mtime_ns == before


def test_the_file_follows_the_plugin(tmp_path: Path, test_file: Path) -> None:
    write_tests(tmp_path, plugins.SendsTwice)

    assert "from plugin import SendsTwice" in test_file.read_text()


def test_a_file_of_the_author_is_not_overwritten(tmp_path: Path) -> None:
    own = tmp_path / "tests" / "test_scenarios.py"
    own.parent.mkdir()
    own.write_text("def test_mine(): ...\n")

    with pytest.raises(ScenarioError, match="not written by devsession"):
        write_tests(tmp_path, plugins.Contacts)

    assert own.read_text() == "def test_mine(): ...\n"
