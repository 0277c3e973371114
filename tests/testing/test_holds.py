"""A generated test fails when anything that it froze changes, whatever the plugin looks at."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from devsession.errors import ScenarioError
from devsession.testing import run_scenario
from tests.testing import kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.testing import ScenarioReport

    Edit = Callable[[Any], Iterator[None]]


@pytest.fixture(params=kinds.KINDS, ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest) -> type[kinds.Sender]:
    return request.param


@pytest.fixture
def folder(kind: type[kinds.Sender], tmp_path: Path) -> Path:
    return kinds.recorded(kind, tmp_path / "creates-contacts")


def each_status(interaction: Any) -> Iterator[None]:
    interaction["response"]["status"]["code"] = 418
    yield


def each_answer_field(interaction: Any) -> Iterator[None]:
    body = json.loads(interaction["response"]["body"]["string"])
    for changed in each_changed(body):
        interaction["response"]["body"]["string"] = json.dumps(changed)
        yield


def each_sent_field(interaction: Any) -> Iterator[None]:
    body = json.loads(interaction["request"]["body"])
    for changed in each_changed(body):
        interaction["request"]["body"] = json.dumps(changed)
        yield


def each_answer_header(interaction: Any) -> Iterator[None]:
    interaction["response"]["headers"] = {"Retry-After": ["1"]}
    yield


def each_changed(value: Any) -> Iterator[Any]:
    """The value with one of its leaves changed, once for each leaf."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for place, item in list(items):
            for changed in each_changed(item):
                copy = deepcopy(value)
                copy[place] = changed
                yield copy
    else:
        yield "changed"


def reports_of(
    plugin: type[kinds.Sender], folder: Path, edit: Callable[[Any], Iterator[None]]
) -> list[ScenarioReport]:
    """How the test goes with each exchange of the cassette edited in each way, one at a time."""
    cassette = folder / "cassette.yaml"
    recorded = cassette.read_text(encoding="utf-8")
    reports = []
    for at, _ in enumerate(yaml.safe_load(recorded)["interactions"]):
        content = yaml.safe_load(recorded)
        for _ in edit(content["interactions"][at]):
            cassette.write_text(yaml.safe_dump(content), encoding="utf-8")
            reports.append(run_scenario(plugin, folder))
    return reports


def test_it_passes_as_recorded(kind: type[kinds.Sender], folder: Path) -> None:
    assert run_scenario(kind, folder)


def test_another_way_of_writing_the_same_cassette_is_no_change(
    kind: type[kinds.Sender], folder: Path
) -> None:
    cassette = folder / "cassette.yaml"
    cassette.write_text(yaml.safe_dump(yaml.safe_load(cassette.read_bytes()), indent=4))

    assert run_scenario(kind, folder)


@pytest.mark.parametrize("change", kinds.CHANGES, ids=lambda change: change.__name__)
def test_a_changed_plugin_fails(
    change: type[kinds.Sender], kind: type[kinds.Sender], folder: Path
) -> None:
    assert not run_scenario(kinds.changed(change, kind), folder)


@pytest.mark.parametrize(
    "edit", [each_status, each_answer_field, each_sent_field, each_answer_header]
)
def test_a_changed_recording_fails(edit: Edit, kind: type[kinds.Sender], folder: Path) -> None:
    reports = reports_of(kind, folder, edit)

    assert reports
    assert not any(reports)


def test_a_changed_expectation_fails(kind: type[kinds.Sender], folder: Path) -> None:
    file = folder / "outcomes.json"
    outcomes = json.loads(file.read_text(encoding="utf-8"))
    reports = []
    for changed in each_changed(outcomes[0]["RESULT"] | {"extra": 1}):
        outcomes[0]["RESULT"] = changed
        file.write_text(json.dumps(outcomes), encoding="utf-8")
        reports.append(run_scenario(kind, folder))

    assert reports
    assert not any(reports)


def test_an_exchange_taken_out_fails(kind: type[kinds.Sender], folder: Path) -> None:
    cassette = folder / "cassette.yaml"
    content = yaml.safe_load(cassette.read_bytes())
    content["interactions"].pop()
    cassette.write_text(yaml.safe_dump(content), encoding="utf-8")

    assert not run_scenario(kind, folder)


@pytest.fixture
def swallowing(tmp_path: Path) -> Path:
    return kinds.recorded(kinds.Swallows, tmp_path / "swallows")


@pytest.mark.parametrize(
    ("recorded", "edited"),
    [("code: 201", "code: 500"), ('"trace": "t-2"', '"trace": "t-9"'), ("e@x", "z@x")],
    ids=["status", "a field that the plugin ignores", "request body"],
)
def test_what_was_changed_by_hand_is_told(
    swallowing: Path, recorded: str, edited: str, snapshot: SnapshotAssertion
) -> None:
    cassette = swallowing / "cassette.yaml"
    text = cassette.read_text(encoding="utf-8")
    cassette.write_text(text.replace(recorded, edited), encoding="utf-8")

    told = str(run_scenario(kinds.Swallows, swallowing))
    assert told.replace(str(swallowing), "scenarios/swallows") == snapshot


@pytest.mark.parametrize(
    ("recorded", "edited"),
    [('"trace": "t-2"', '"trace": "t-9"'), ("e@x", "z@x")],
    ids=["a field that the plugin ignores", "request body"],
)
def test_with_the_tape_beside_it_the_field_is_told(
    swallowing: Path, recorded: str, edited: str, snapshot: SnapshotAssertion
) -> None:
    cassette = swallowing / "cassette.yaml"
    text = cassette.read_text(encoding="utf-8")
    (swallowing.parent / "tape.yaml").write_text(text, encoding="utf-8")
    cassette.write_text(text.replace(recorded, edited), encoding="utf-8")

    assert run_scenario(kinds.Swallows, swallowing).differences[0] == snapshot


def test_an_exchange_taken_out_is_told(swallowing: Path) -> None:
    cassette = swallowing / "cassette.yaml"
    content = yaml.safe_load(cassette.read_bytes())
    del content["interactions"][1]
    cassette.write_text(yaml.safe_dump(content), encoding="utf-8")

    assert run_scenario(kinds.Swallows, swallowing).differences[0] == (
        "cassette.yaml was changed by hand: 4 exchanges, recorded 5, "
        "the first difference at exchange 2"
    )


def test_a_folder_of_before_is_held_to_its_behaviour_only(swallowing: Path) -> None:
    (swallowing / "cassette.recorded.jsonl").unlink()

    assert run_scenario(kinds.Swallows, swallowing)


def test_a_damaged_digest_is_named(swallowing: Path) -> None:
    (swallowing / "cassette.recorded.jsonl").write_text("{\n", encoding="utf-8")

    with pytest.raises(ScenarioError, match=r"cassette\.recorded\.jsonl"):
        run_scenario(kinds.Swallows, swallowing)
