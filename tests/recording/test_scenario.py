"""A scenario's folder: what was frozen comes back as it was, on any machine."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import requests
import vcr
from hypothesis import given
from hypothesis import strategies as st

from devsession.errors import ScenarioError, SecretLeakError, SetupError
from devsession.plugin import OutboundSyncConfigurationParameters
from devsession.recording.exchange import Exchange
from devsession.recording.frozen import thaw, to_line
from devsession.recording.scenario import (
    FORMAT,
    ScenarioFolder,
    ScenarioInput,
    folder_name,
    scenario_folder,
)
from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

OLD_FORMATS = Path(__file__).parent / "old_formats"
REDACTOR = Redactor({"api_key": "key-of-the-author"}, {"sandbox.test": "127.0.0.1:4123"})


def frozen(name: str = "creates", **changes: object) -> ScenarioInput:
    parameters = OutboundSyncConfigurationParameters(
        connection_method="API Key",
        connection_parameters={"tenant_url": "http://127.0.0.1:4123"},
        connection_secrets={"api_key": "key-of-the-author"},
        sync_parameters={"object": "contact"},
        sync_strategy="Upsert",
    )
    values = {"created_by": "devsession 0.1.0", "parameters": parameters, **changes}
    return ScenarioInput(name=name, sync="contacts", plugin="Acme", **values)


@pytest.fixture
def folder(tmp_path: Path) -> ScenarioFolder:
    return ScenarioFolder(tmp_path / "scenarios" / "creates")


class TestInput:
    def test_it_reads_well_and_holds_no_secret(
        self, folder: ScenarioFolder, snapshot: SnapshotAssertion
    ) -> None:
        folder.write_input(frozen(), REDACTOR)

        assert (folder.path / "scenario.json").read_text() == snapshot

    def test_secrets_are_placeholders_when_replayed(self, folder: ScenarioFolder) -> None:
        folder.write_input(frozen(), REDACTOR)

        parameters = folder.read_input().replayed_parameters()

        assert parameters.secret("api_key") == "REDACTED-api-key"
        assert parameters["tenant_url"] == "http://sandbox.test"
        assert parameters["object"] == "contact"
        assert parameters.sync_strategy.name == "Upsert"

    def test_writing_what_was_read_changes_nothing(self, folder: ScenarioFolder) -> None:
        folder.write_input(frozen(), REDACTOR)
        before = (folder.path / "scenario.json").stat().st_mtime_ns

        folder.write_input(folder.read_input(), REDACTOR)

        assert (folder.path / "scenario.json").stat().st_mtime_ns == before

    def test_who_made_it_first_stays_named(self, folder: ScenarioFolder) -> None:
        folder.write_input(frozen(), REDACTOR)
        folder.write_input(frozen(created_by="devsession 9.9.9", tested=True), REDACTOR)

        read = folder.read_input()

        assert (read.created_by, read.tested) == ("devsession 0.1.0", True)

    @pytest.mark.parametrize("written", ["2", "99", "1e3", '"1"', "null", "-1"])
    def test_a_format_that_is_not_known_is_refused(
        self, folder: ScenarioFolder, written: str, snapshot: SnapshotAssertion
    ) -> None:
        folder.write_input(frozen(), REDACTOR)
        file = folder.path / "scenario.json"
        file.write_text(file.read_text().replace('"format": 1', f'"format": {written}'))

        with pytest.raises(ScenarioError) as error:
            folder.read_input()

        assert str(error.value).replace(str(folder.path), "scenarios/creates") == snapshot


@pytest.mark.parametrize("written", sorted(path.name for path in OLD_FORMATS.iterdir()))
class TestOldFormats:
    """Folders that an older devsession has written."""

    @pytest.fixture
    def old(self, written: str, tmp_path: Path) -> ScenarioFolder:
        return ScenarioFolder(shutil.copytree(OLD_FORMATS / written, tmp_path / "creates-contacts"))

    def test_they_are_read(self, old: ScenarioFolder) -> None:
        read = old.read_input()

        assert old.has_test
        assert (read.format, read.sync, read.plugin) == (FORMAT, "contacts", "PracticeCrm")
        assert read.replayed_parameters()["tenant_url"] == "http://sandbox.test"
        assert read.parameters.sync_strategy.new == "Create"
        assert len(old.read_records()) == len(old.read_outcomes()) == 10
        assert [each.status for each in old.read_cassette()] == [200]

    def test_the_next_write_upgrades_them(self, old: ScenarioFolder) -> None:
        old.write_input(old.read_input(), REDACTOR)

        assert json.loads((old.path / "scenario.json").read_bytes())["format"] == FORMAT
        assert old.read_input() == ScenarioFolder(OLD_FORMATS / "1").read_input()

    def test_reading_changes_nothing(self, old: ScenarioFolder, written: str) -> None:
        old.read_input()

        kept = {path.name: path.read_bytes() for path in (OLD_FORMATS / written).iterdir()}
        assert contents(old) == kept


class TestRecords:
    def test_they_come_back_with_their_types(self, folder: ScenarioFolder) -> None:
        values = [
            {"text": "Zoë\u2028\ud800", "nested": [{"none": None, "yes": True}], "number": 1.5},
            {"date": date(2026, 1, 2), "at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC)},
            {"time": time(3, 4), "decimal": Decimal("1.10"), "bytes": b"\xff", 7: "key"},
            {"$type": "looks like ours"},
            None,
        ]
        records = pd.DataFrame(
            {"IDENTIFIER": list("12345"), "TRANSFORMED_RECORD": values}, dtype=object
        )

        folder.write_records(records, REDACTOR)

        pd.testing.assert_frame_equal(folder.read_records(), records)

    def test_there_is_a_line_for_each(
        self, folder: ScenarioFolder, snapshot: SnapshotAssertion
    ) -> None:
        records = pd.DataFrame(
            {"IDENTIFIER": ["1", "2"], "TRANSFORMED_RECORD": [{"email": "ä@x"}, {"email": None}]}
        )

        folder.write_records(records, REDACTOR)

        assert (folder.path / "records.jsonl").read_text(encoding="utf-8") == snapshot

    def test_no_records_are_records_too(self, folder: ScenarioFolder) -> None:
        folder.write_records(pd.DataFrame(columns=["IDENTIFIER", "RESULT"]), REDACTOR)

        read = folder.read_records()

        assert (list(read.columns), len(read)) == (["IDENTIFIER", "RESULT"], 0)

    def test_a_type_that_cannot_come_back_is_refused(
        self, folder: ScenarioFolder, snapshot: SnapshotAssertion
    ) -> None:
        records = pd.DataFrame({"TRANSFORMED_RECORD": [{"set": {1}}]})

        with pytest.raises(ScenarioError) as error:
            folder.write_records(records, REDACTOR)

        assert str(error.value) == snapshot
        assert not folder.path.exists()


class TestOutcomes:
    def test_their_order_does_not_change_the_file(self, folder: ScenarioFolder) -> None:
        outcomes = pd.DataFrame(
            {
                "IDENTIFIER": ["10", 9],
                "SUCCESS": [True, np.False_],
                "APP_IDENTIFIER": ["c10", None],
                "RESULT": [{}, '{"error": "taken"}'],
            }
        )
        folder.write_outcomes(outcomes, REDACTOR)
        before = (folder.path / "outcomes.json").stat().st_mtime_ns

        folder.write_outcomes(outcomes.iloc[::-1], REDACTOR)

        assert (folder.path / "outcomes.json").stat().st_mtime_ns == before
        assert json.loads((folder.path / "outcomes.json").read_text()) == [
            {
                "IDENTIFIER": "9",
                "SUCCESS": False,
                "APP_IDENTIFIER": None,
                "RESULT": {"error": "taken"},
            },
            {"IDENTIFIER": "10", "SUCCESS": True, "APP_IDENTIFIER": "c10", "RESULT": {}},
        ]
        assert list(folder.read_outcomes()["IDENTIFIER"]) == ["9", "10"]


class TestCassette:
    def test_only_answered_exchanges_are_kept(self, folder: ScenarioFolder) -> None:
        answered = Exchange("GET", "http://127.0.0.1:4123/x", status=200, response_body=b"1")
        refused = Exchange("GET", "http://127.0.0.1:4123/y", problem="no answer")

        folder.write_cassette([answered, refused], REDACTOR)

        [read] = folder.read_cassette()
        assert (read.url, read.response_body) == ("http://sandbox.test/x", b"1")

    def test_stock_vcrpy_plays_it(self, folder: ScenarioFolder) -> None:
        body = '{"name": "Zoë"}'.encode()
        answered = Exchange(
            "POST", "http://127.0.0.1:4123/x", request_body=b"1", status=201, response_body=body
        )
        folder.write_cassette([answered], REDACTOR)

        with vcr.use_cassette(str(folder.path / "cassette.yaml"), record_mode="none") as played:
            answer = requests.post("http://sandbox.test/x", data=b"1", timeout=30)

        assert (answer.status_code, answer.content) == (201, body)
        assert played.all_played

    def test_it_may_be_empty(self, folder: ScenarioFolder) -> None:
        folder.write_cassette([], REDACTOR)

        assert folder.read_cassette() == []


class TestAtOnce:
    """What one run came to belongs together: all of it is kept, or nothing."""

    def test_all_files_change(self, kept: ScenarioFolder) -> None:
        with kept.at_once(REDACTOR):
            keep(kept, "2")

        assert list(kept.read_outcomes()["IDENTIFIER"]) == ["2"]
        assert kept.read_cassette()[0].url.endswith("/2")
        assert set(contents(kept)) == KEPT

    @pytest.mark.parametrize("room_for", [0, 1, 2, 3])
    def test_a_full_disk_leaves_them_all_as_they_were(
        self, kept: ScenarioFolder, monkeypatch: pytest.MonkeyPatch, room_for: int
    ) -> None:
        before = contents(kept)
        room = iter([None] * room_for)

        def write(_file: int) -> None:
            if next(room, "full") == "full":
                raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", write)

        with pytest.raises(SetupError, match="No space left"), kept.at_once(REDACTOR):
            keep(kept, "2")

        assert contents(kept) == before

    def test_an_error_midway_leaves_them_as_they_were(self, kept: ScenarioFolder) -> None:
        before = contents(kept)

        with pytest.raises(KeyboardInterrupt):
            stopped_midway(kept)

        assert contents(kept) == before
        kept.write_cassette([], REDACTOR)
        assert kept.read_cassette() == []

    def test_a_secret_in_one_refuses_them_all(self, kept: ScenarioFolder) -> None:
        before = contents(kept)
        learned_late = Redactor({"contact": "contact-2"})

        with (
            pytest.raises(SecretLeakError, match=r"cassette\.yaml"),
            kept.at_once(learned_late),
        ):
            keep(kept, "2", url="https://crm.example/contact-2")

        assert contents(kept) == before

    def test_what_did_not_change_is_not_written(self, kept: ScenarioFolder) -> None:
        before = {path: path.stat().st_mtime_ns for path in kept.path.iterdir()}

        with kept.at_once(REDACTOR):
            keep(kept, "1")

        assert {path: path.stat().st_mtime_ns for path in kept.path.iterdir()} == before

    def test_new_input_takes_the_place_of_all_of_before(self, kept: ScenarioFolder) -> None:
        with kept.at_once(REDACTOR):
            kept.clear()
            kept.write_input(frozen(), REDACTOR)

        assert set(contents(kept)) == {"scenario.json"}


KEPT = {"scenario.json", "outcomes.json", "cassette.yaml", "cassette.recorded.jsonl"}


def keep(folder: ScenarioFolder, number: str, url: str = "http://127.0.0.1:4123") -> None:
    """All that a run of one record leaves."""
    outcome = {"IDENTIFIER": number, "SUCCESS": True, "APP_IDENTIFIER": number, "RESULT": {}}
    exchange = Exchange("GET", f"{url}/{number}", status=200, response_body=b"1")
    folder.write_outcomes(pd.DataFrame([outcome]), REDACTOR)
    folder.write_cassette([exchange], REDACTOR)
    folder.write_input(frozen(tested=number == "2"), REDACTOR)


def stopped_midway(folder: ScenarioFolder) -> None:
    with folder.at_once(REDACTOR):
        folder.write_cassette([], REDACTOR)
        raise KeyboardInterrupt


def contents(folder: ScenarioFolder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.path.iterdir()}


@pytest.fixture
def kept(folder: ScenarioFolder) -> ScenarioFolder:
    """A folder as a run of the record 1 has left it."""
    keep(folder, "1")
    return folder


def test_a_secret_that_redaction_cannot_reach_refuses_the_write(folder: ScenarioFolder) -> None:
    class Blind(Redactor):
        def value(self, value: object) -> object:
            return value

    records = pd.DataFrame({"TRANSFORMED_RECORD": [{"note": "key-of-the-author"}]})

    with pytest.raises(SecretLeakError, match=r"records\.jsonl"):
        folder.write_records(records, Blind({"api_key": "key-of-the-author"}))

    assert not (folder.path / "records.jsonl").exists()


class TestFolderName:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("creates new contacts", "creates-new-contacts"),
            ("x", "x"),
            ("2 of 3", "2-of-3"),
        ],
    )
    def test_plain_words_stay_readable(self, name: str, expected: str) -> None:
        assert folder_name(name) == expected

    def test_hostile_and_foreign_names_are_safe(self, snapshot: SnapshotAssertion) -> None:
        names = ["../../etc/passwd", "con", "", ".", "Zoë", "連絡先", "a\0b", "a" * 255, "x;'\"--"]

        assert {name[:20]: folder_name(name) for name in names} == snapshot

    @given(st.lists(st.text(), min_size=2, max_size=2, unique=True))
    def test_other_names_get_other_folders(self, names: list[str]) -> None:
        one, other = map(folder_name, names)

        assert one != other

    @given(st.text())
    def test_a_folder_is_a_safe_file_name(self, name: str) -> None:
        assert re.fullmatch("[a-z0-9][a-z0-9-]{0,70}", folder_name(name))

    def test_two_syncs_may_use_one_name(self, tmp_path: Path) -> None:
        first = scenario_folder(tmp_path, "contacts", "creates")
        first.write_input(frozen(), REDACTOR)

        other = scenario_folder(tmp_path, "deals", "creates")

        assert scenario_folder(tmp_path, "contacts", "creates").path == first.path
        assert (first.path.name, other.path.name) == ("creates", "creates-deals")


JSON_LIKE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON_LIKE)
def test_any_value_comes_back(value: object) -> None:
    assert thaw(json.loads(to_line(value))) == value
    assert "\n" not in to_line(value)
