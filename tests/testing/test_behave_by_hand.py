"""A feature in today's dialect, written by hand, with a cassette of stock vcrpy."""

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

BY_HAND = Path(__file__).parent / "by_hand"
NAME = "notes_creates_and_changes_notes"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BY_HAND, tmp_path / "project"))


@pytest.fixture
def feature(project: Path) -> Path:
    return project / "features" / "notes.feature"


@pytest.fixture
def cassette(project: Path) -> Path:
    return project / "features" / "vcr_cassettes" / f"{NAME}.yaml"


@pytest.mark.parametrize(
    "variables",
    [{"NOTES_API_KEY": "abcdefgh"}, {"NOTES_API_KEY": 'a"|{}\\ö'}, {}],
    ids=["plain", "letters that JSON escapes", "not set"],
)
def test_it_passes(project: Path, variables: dict[str, str]) -> None:
    ran = behave(project, **variables)

    assert ran.passed, ran.output
    assert "1 scenario passed, 0 failed" in ran.output


CHANGED = {
    "status": ("cassette", "code: 201", "code: 500"),
    "response field": ("cassette", '\\"id\\": \\"n-1\\"', '\\"id\\": \\"n-9\\"'),
    "recorded request body": ("cassette", "milk | bread", "milk | butter"),
    "request that the plugin sends": ("feature", "milk \\| bread", "milk \\| butter"),
    "query parameter": ("feature", '"a\\|b"', '"b\\|a"'),
    "outcome's success": ("feature", "| 1 | True |", "| 1 | False |"),
    "outcome's result": ("feature", '{"länge": 12}', '{"länge": 13}'),
    "outcome's app identifier": ("feature", "| 2 | True | n-7 |", "| 2 | True | None |"),
    "outcome that is gone": ("feature", '\t\t\t| 1 | True | n-1 | {"länge": 12} |\n', ""),
    "one record more": (
        "feature",
        "\t\tAnd when matching",
        '\t\t\t| 4 | None | null | Create | {"text":"more"} | null |\n\t\tAnd when matching',
    ),
    "one record fewer": (
        "feature",
        '\t\t\t| 3 | None | null | Create | {"text":""} | null |\n',
        "",
    ),
}


WRONG = {
    "a file that is not there": (f"{NAME}.yaml", "gone.yaml"),
    "a class that is not there": ("the NotesApp class", "the NoteApp class"),
    "a module that is not there": ("the notes_plugin module", "the note_plugin module"),
    "a property that does not exist": ("| sync_parameters |", "| sync_parameter |"),
    "a property that is no JSON": ('{"name": "Upsert", ', '{"name": Upsert, '),
    "a strategy that does not exist": ('{"name": "Upsert", ', '{"name": "Upsrt", '),
    "a property that is missing": (
        '\t\t\t| strategy | {"name": "Upsert", "custom_strategy": false} |\n',
        "",
    ),
    "a cell of another type": ("| 1 | True |", "| 1 | maybe |"),
    "a column that stands twice": ("| IDENTIFIER | SUCCESS |", "| SUCCESS | SUCCESS |"),
    "a variable that is not set": (
        '"https://notes.test/v1"',
        '"{{ environ["NOTES_URL"] }}"',
    ),
    "another first row": ("| Property | Value |", "| Name | Value |"),
    "an inbound sync": (
        "we perform an outbound sync with",
        "we perform an inbound sync with",
    ),
    "an inbound stream": (
        "Then no error will be raised",
        "Then we assert that the recorded results for the notes stream are correct",
    ),
}


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    features = shutil.copytree(BY_HAND, tmp_path_factory.mktemp("cases") / "project") / "features"
    files = {"cassette": features / "vcr_cassettes" / f"{NAME}.yaml"}
    wrong = {case: ("feature", *change) for case, change in WRONG.items()}
    return behave_cases.failures(features / "notes.feature", NAME, files, CHANGED | wrong)


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


def test_a_failure_holds_no_secret(project: Path, cassette: Path) -> None:
    edit(cassette, "code: 201", "code: 500")
    edit(project / "notes_plugin.py", 'response.json()["message"]', "response.url")

    ran = behave(project, NOTES_API_KEY="canary/+=é")

    assert not ran.passed
    assert "canary" not in ran.output


def test_the_network_is_shut(project: Path, feature: Path) -> None:
    edit(
        project / "notes_plugin.py",
        "        batch =",
        "        import socket\n\n        try:\n"
        '            socket.create_connection(("127.0.0.1", 9))\n'
        "        except Exception:\n            pass\n        batch =",
    )

    assert "a live call to 127.0.0.1:9 was stopped" in behave(project).failure


def test_a_feature_that_checks_nothing_is_held_to_its_requests(
    project: Path, feature: Path, cassette: Path
) -> None:
    edit(cassette, "milk | bread", "milk | butter")
    text = feature.read_text(encoding="utf-8")
    feature.write_text(text[: text.index("\t\tAnd we use the recorded")], encoding="utf-8")

    ran = behave(project)

    assert "No recorded answer to POST https://notes.test/v1/" in ran.failure


def test_records_and_outcomes_of_files(project: Path, feature: Path) -> None:
    lines = feature.read_text(encoding="utf-8").splitlines()
    records = [line.strip().removeprefix("| ").removesuffix(" |") for line in lines[4:9]]
    results = [line.strip().removeprefix("| ").removesuffix(" |") for line in lines[23:28]]
    folder = feature.parent
    folder.joinpath("records.csv").write_text(bar_separated(records), encoding="utf-8")
    folder.joinpath("results.csv").write_text(bar_separated(results), encoding="utf-8")
    feature.write_text(
        "\n".join(
            [
                *lines[:3],
                "\t\tGiven we use the outbound source records from records.csv",
                *lines[9:21],
                "\t\tThen the outbound response will match the records from results.csv",
            ]
        ),
        encoding="utf-8",
    )

    ran = behave(project)

    assert ran.passed, ran.output


def test_no_records_and_no_requests(project: Path, feature: Path, cassette: Path) -> None:
    lines = feature.read_text(encoding="utf-8").splitlines()
    kept = [*lines[:6], *lines[9:25], *lines[28:]]
    feature.write_text("\n".join(kept), encoding="utf-8")
    cassette.write_text("version: 1\ninteractions: []\n", encoding="utf-8")

    ran = behave(project)

    assert ran.passed, ran.output


def test_a_snowpark_session_and_a_real_table(project: Path, feature: Path) -> None:
    edit(
        feature,
        "\t\tWhen we perform",
        "\t\tAnd we attach a Snowpark session to the sync request\n"
        "\t\tAnd the plugin sources outbound records directly from a real table\n"
        "\t\tAnd the plugin returns inbound sync results directly to a real table\n"
        "\t\tWhen we perform",
    )
    edit(
        project / "notes_plugin.py",
        "        batch =",
        "        rows = outbound_sync_request.session.sql('select 40 + 2').collect()\n"
        "        assert rows[0][0] == 42\n"
        "        batch =",
    )

    temporary = project.parent / "temporary"
    temporary.mkdir()

    ran = behave(project, TMPDIR=str(temporary))

    assert ran.passed, ran.output
    assert list(temporary.iterdir()) == []


def bar_separated(rows: list[str]) -> str:
    """The rows of a table, without their types, as a file with bars holds them."""
    cells = [[cell.replace("\\|", "|") for cell in row.split(" | ")] for row in rows[1:]]
    return "\n".join("|".join(map(quoted, row)) for row in cells)


def quoted(cell: str) -> str:
    return '"{}"'.format(cell.replace('"', '""'))
