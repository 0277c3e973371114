"""An inbound feature in today's dialect, written by hand, with a cassette of stock vcrpy."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.testing import behave_cases
from tests.testing.behave_cases import edit
from tests.testing.behave_process import behave

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

BY_HAND = Path(__file__).parent / "by_hand_inbound"
NAME = "boards_reads_cards_and_lists"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BY_HAND, tmp_path / "project"))


@pytest.mark.parametrize(
    "variables", [{"BOARDS_API_KEY": 'a"|{}\\ö'}, {}], ids=["a secret", "not set"]
)
def test_it_passes(project: Path, variables: dict[str, str]) -> None:
    ran = behave(project, **variables)

    assert ran.passed, ran.output
    assert "1 scenario passed, 0 failed" in ran.output


CHANGED = {
    "an answer": ("cassette", "milk | bread", "milk | butter"),
    "a request": ("cassette", "since=2026-01-02", "since=2026-01-01"),
    "a record": ("results", "milk \\| bread", "milk \\| butter"),
    "a key": ("results", "c-2|cards", "c-4|cards"),
    "a deleted record": ("results", '{"id": "c-3"}|True', '{"id": "c-3"}|False'),
    "a record that is left out": ("feature", "the value Welcome!", "the value Hello!"),
    "a field that is left out": ("feature", "stream: seen, etag", "stream: seen"),
    "a record of the table": ("feature", '"to do \\| doing"', '"done"'),
    "a record that is gone": (
        "feature",
        '\t\t\t| a_1 | lists | {"board": "a", "id": 1, "title": "to do \\| doing"} | False |\n',
        "",
    ),
    "a state": ("feature", '{"changed": "2026-01-02"}', '{"changed": "2026-01-01"}'),
    "a rule": ("cassette", '{"board": "a", "id": 1', '{"id": 1'),
    "a state at the end": (
        "feature",
        "And no error will be raised",
        'And the following streams state:\n\t\t\t| cards | {"changed": "2026-01-05"} |',
    ),
}
WRONG = {
    "a stream that is not read": ("the cards stream are", "the card stream are"),
    "a state of no stream": ("| lists | None |", "| list | None |"),
    "a state that is none": ("| lists | None |", "| lists | 2026-01-01 |"),
    "a file that is not there": (f"{NAME}_results.csv", "gone.csv"),
    "no file": (f"\t\tAnd we use the recorded results from {NAME}_results.csv\n", ""),
    "a stream that cannot be": ('"sync_strategy": "Full Refresh"', '"sync_strategy": "All"'),
    "no streams": ('| streams | {"cards"', '| streams | none {"cards"'),
    "a number of records": ("| api_limits | [] |", "| records | many |"),
    "a table without records": ("| APP_IDENTIFIER | STREAM_NAME | RECORD_DATA |", "| A | B | C |"),
    "a record that is no JSON": ('| a_1 | lists | {"board"', "| a_1 | lists | {board"),
    "a path that cannot be": ("stream: seen, etag", "stream: seen..etag"),
    "an outbound response": (
        "And no error will be raised",
        "And the response will be:\n\t\t\t| IDENTIFIER | SUCCESS |",
    ),
}


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    features = shutil.copytree(BY_HAND, tmp_path_factory.mktemp("cases") / "project") / "features"
    files = {
        "cassette": features / "vcr_cassettes" / f"{NAME}.yaml",
        "results": features / "inbound_results" / f"{NAME}_results.csv",
    }
    wrong = {case: ("feature", *change) for case, change in WRONG.items()}
    return behave_cases.failures(features / "boards.feature", NAME, files, CHANGED | wrong)


@pytest.mark.parametrize("case", CHANGED)
def test_it_fails_when_something_changes(
    case: str, failures: dict[str, str], snapshot: SnapshotAssertion
) -> None:
    assert failures[case].startswith("ASSERT FAILED: differs from what was recorded")
    assert failures[case] == snapshot


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_in_a_feature_is_told(
    case: str, failures: dict[str, str], snapshot: SnapshotAssertion
) -> None:
    assert failures[case].startswith("ASSERT FAILED: ")
    assert failures[case] == snapshot


def test_a_failure_holds_no_secret(project: Path) -> None:
    edit(project / "features" / "vcr_cassettes" / f"{NAME}.yaml", "code: 200", "code: 500")

    ran = behave(project, BOARDS_API_KEY="canary/+=é")

    assert not ran.passed
    assert "canary" not in ran.output


@pytest.mark.parametrize(
    "before", ["And when matching", "And no error will"], ids=["before the sync", "after it"]
)
def test_a_file_whose_records_no_step_asserts_is_compared(project: Path, before: str) -> None:
    feature = project / "features" / "boards.feature"
    text = feature.read_text(encoding="utf-8")
    looking = ("recorded results", "we exclude", "stream will be:", "| IDENT", "| a_1", "| str |")
    lines = [line for line in text.splitlines() if not any(each in line for each in looking)]
    feature.write_text("\n".join(lines).replace("\t\t\t| APP_IDENTIFIER", "#"), encoding="utf-8")
    edit(feature, before, f"And we use the recorded results from {NAME}_results.csv\n\t\t{before}")

    ran = behave(project)

    assert "stream cards, record c-2: etag 'y', expected missing" in ran.failure
    assert "stream cards: no record c-0, expected one" in ran.failure
    assert "stream lists" not in ran.failure


def test_records_in_tables_only(project: Path) -> None:
    feature = project / "features" / "boards.feature"
    lines = feature.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if "the recorded results for" not in line]
    text = "\n".join(kept).replace(f"{NAME}_results.csv", "None")
    feature.write_text(text, encoding="utf-8")

    assert behave(project).passed
    edit(feature, "to do \\| doing", "done")
    assert "stream lists, record" in behave(project).failure


def test_a_snowpark_session_and_a_real_table(project: Path) -> None:
    edit(
        project / "features" / "boards.feature",
        "\t\tWhen we perform",
        "\t\tAnd we attach a Snowpark session to the sync request\n"
        "\t\tAnd the plugin returns inbound sync results directly to a real table\n"
        "\t\tWhen we perform",
    )
    edit(
        project / "boards_plugin.py",
        "        for stream in",
        "        rows = inbound_sync_request.session.sql('select 40 + 2').collect()\n"
        "        assert rows[0][0] == 42\n"
        "        for stream in",
    )
    temporary = project.parent / "temporary"
    temporary.mkdir()

    ran = behave(project, TMPDIR=str(temporary))

    assert ran.passed, ran.output
    assert list(temporary.iterdir()) == []
