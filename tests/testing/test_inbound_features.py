"""Features written of inbound scenarios: they run under behave, and fail when something changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import ScenarioError
from devsession.recording.as_recorded import SUFFIX
from devsession.recording.scenario import opened
from devsession.secrets.redact import Redactor
from devsession.testing.features import Feature
from devsession.testing.scenarios import load
from tests.testing import behave_cases, inbound_kinds, kinds
from tests.testing.behave_process import behave

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

NONE = Redactor({})


class Both(inbound_kinds.Reader, kinds.RecordAtATime):
    """A plugin of both directions."""


PLUGIN = """from tests.testing.inbound_kinds import *
from tests.testing.test_inbound_features import Both
"""


@pytest.fixture
def project(project: Path) -> Path:
    (project / "plugin.py").write_text(PLUGIN)
    return project


def feature_of(
    project: Path, kind: type[inbound_kinds.Reader], replayed: type | None = None
) -> Feature:
    folder = inbound_kinds.recorded(kind, project / "scenarios" / "reads")
    return Feature(project, "acme", replayed or kind, [load(opened(folder))])


@pytest.fixture
def feature(project: Path) -> Feature:
    feature = feature_of(project, inbound_kinds.Reader)
    feature.write(NONE)
    return feature


def files_of(feature: Feature) -> dict[str, Path]:
    features = feature.path.parent
    cassette = features / "vcr_cassettes" / "acme_reads.yaml"
    return {
        "cassette": cassette,
        "digests": cassette.with_suffix(SUFFIX),
        "results": features / "inbound_results" / "acme_reads_results.csv",
    }


@pytest.mark.parametrize("file", ["feature", "results"])
def test_it_reads_well(feature: Feature, snapshot: SnapshotAssertion, file: str) -> None:
    files = {"feature": feature.path, **files_of(feature)}

    assert files[file].read_text(encoding="utf-8") == snapshot


def test_it_passes_and_is_shown_able_to_fail(project: Path, feature: Feature) -> None:
    feature.prove(NONE)

    ran = behave(project)

    assert ran.passed, ran.output
    assert "1 scenario passed, 0 failed" in ran.output


def test_one_of_which_only_the_states_depend_on_the_app_can_fail(project: Path) -> None:
    feature = feature_of(project, inbound_kinds.OnlyStates)

    feature.write(NONE)
    feature.prove(NONE)


def test_what_does_not_count_is_declared_by_the_plugin(project: Path) -> None:
    feature = feature_of(project, inbound_kinds.Reader, inbound_kinds.ReadsLater)

    feature.write(NONE)
    feature.prove(NONE)


def test_scenarios_of_both_directions(project: Path) -> None:
    folders = [
        kinds.recorded(Both, project / "scenarios" / "creates"),
        inbound_kinds.recorded(Both, project / "scenarios" / "reads"),
    ]
    feature = Feature(project, "acme", Both, [load(opened(folder)) for folder in folders])

    feature.write(NONE)
    feature.prove(NONE)


def test_streams_of_any_name(project: Path) -> None:
    names = ["a | b", 'the "x" stream', "stream: notes", "{y}", "# z", "東京\\", "None"]
    read = [inbound_kinds.stored(name, "id") for name in names]
    folder = inbound_kinds.recorded(inbound_kinds.Reader, project / "scenarios" / "reads", read)
    feature = Feature(project, "acme", inbound_kinds.Reader, [load(opened(folder))])

    feature.write(NONE)
    feature.prove(NONE)


def test_one_that_cannot_fail_is_refused(project: Path, snapshot: SnapshotAssertion) -> None:
    feature = feature_of(project, inbound_kinds.Ignores)

    with pytest.raises(ScenarioError) as raised:
        feature.write(NONE)

    assert raised.value.tried == snapshot
    assert not (project / "features").exists()


CHANGED = {
    "an answer": ("cassette", "Eve", "Eva"),
    "a request": ("cassette", "people?cursor=5", "people?cursor=6"),
    "an expected record": ("results", "Ümit", "Umit"),
    "an expected key": ("results", "7|people", "9|people"),
    "an expected tombstone": ("results", "|True\n", "|False\n"),
    "an expected record that is gone": ("results", '|labels||{"text": "urgent"}|False\n', ""),
    "an expected state": ("feature", '| people | {"cursor": 12} |', '| people | {"cursor": 13} |'),
    "a state that it begins with": (
        "feature",
        '| people | {"cursor": 5} |',
        '| people | {"cursor": 4} |',
    ),
    "records that are asked for": ("feature", "| records | 100 |", "| records | 3 |"),
}


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    project = tmp_path_factory.mktemp("cases") / "project"
    project.mkdir()
    (project / "plugin.py").write_text(PLUGIN)
    feature = feature_of(project, inbound_kinds.Reader)
    feature.write(NONE)
    return behave_cases.failures(feature.path, "acme_reads", files_of(feature), CHANGED)


@pytest.mark.parametrize("case", CHANGED)
def test_it_fails_when_something_changes(
    case: str, failures: dict[str, str], snapshot: SnapshotAssertion
) -> None:
    assert failures[case] == snapshot
