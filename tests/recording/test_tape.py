"""The tape's file: what is recorded is there at once, whole, and readable by others."""

from __future__ import annotations

import resource
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import vcr
import yaml
from hypothesis import given
from hypothesis import strategies as st

from devsession.errors import CassetteError, SecretLeakError, SetupError
from devsession.recording.cassette_file import dump_item
from devsession.recording.exchange import Exchange
from devsession.recording.matching import canonical
from devsession.recording.tape import Tape
from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.recording.app import App

NOTHING = Redactor({})


def exchange(url: str = "http://app.example/x", body: bytes = b"{}", scope: str = "cell:a"):
    return Exchange(
        method="GET",
        url=url,
        request_headers={"Accept": ["*/*"]},
        status=200,
        reason="OK",
        response_headers={"Content-Type": ["application/json"]},
        response_body=body,
        scope=scope,
    )


@pytest.fixture
def tape(tape_path: Path) -> Tape:
    return Tape(tape_path)


def test_a_missing_file_is_an_empty_tape(tape: Tape) -> None:
    assert len(tape) == 0
    assert not tape.path.exists()


def test_the_file_reads_well(tape: Tape, snapshot: SnapshotAssertion) -> None:
    tape.record(exchange(body='{"name": "Zoë"}'.encode()), turn=1, fingerprint="", redactor=NOTHING)
    tape.record(exchange(body=b"\xff\x00"), turn=2, fingerprint="ab12", redactor=NOTHING)

    assert tape.path.read_text(encoding="utf-8") == snapshot


def test_what_was_recorded_is_there_after_a_crash(tape: Tape) -> None:
    tape.record(exchange(), turn=1, fingerprint="ab12", redactor=NOTHING)

    again = Tape(tape.path)

    [found] = again.exchanges
    assert (found.url, found.status, found.scope) == ("http://app.example/x", 200, "cell:a")
    entry = again.find(canonical(exchange()), "cell:a", 1)
    assert entry is not None
    assert entry.fingerprint == "ab12"


def test_a_newer_answer_counts_before_the_file_is_tidy(tape: Tape) -> None:
    tape.record(exchange(body=b"old"), turn=1, fingerprint="", redactor=NOTHING)
    tape.record(exchange(body=b"new"), turn=1, fingerprint="", redactor=NOTHING)

    again = Tape(tape.path)

    assert [found.response_body for found in again.exchanges] == [b"new"]


def test_tidy_keeps_the_place_of_what_is_replaced(tape: Tape) -> None:
    for url in ("http://app.example/1", "http://app.example/2", "http://app.example/1"):
        tape.record(exchange(url), turn=1, fingerprint="", redactor=NOTHING)
    tape.tidy(NOTHING)

    assert [found.url[-1] for found in Tape(tape.path).exchanges] == ["1", "2"]
    assert tape.path.read_text().count("uri:") == 2


def test_recording_the_same_again_leaves_the_file_as_it_was(tape: Tape) -> None:
    tape.record(exchange(), turn=1, fingerprint="", redactor=NOTHING)
    before = tape.path.read_bytes()
    tape.record(exchange(), turn=1, fingerprint="", redactor=NOTHING)
    tape.tidy(NOTHING)

    assert tape.path.read_bytes() == before


def test_tidy_loses_nothing_of_another_process(tape: Tape) -> None:
    other = Tape(tape.path)
    tape.record(exchange("http://app.example/1"), turn=1, fingerprint="", redactor=NOTHING)
    other.record(exchange("http://app.example/2"), turn=1, fingerprint="", redactor=NOTHING)
    tape.record(exchange("http://app.example/1"), turn=1, fingerprint="", redactor=NOTHING)
    other.record(exchange("http://app.example/3"), turn=1, fingerprint="", redactor=NOTHING)
    tape.record(exchange("http://app.example/4"), turn=1, fingerprint="", redactor=NOTHING)
    tape.tidy(NOTHING)

    assert [found.url[-1] for found in Tape(tape.path).exchanges] == ["1", "2", "3", "4"]
    assert tape.path.read_text().count("uri:") == 4


def test_what_another_process_records_makes_nothing_newer(tape: Tape) -> None:
    read = tape.record(exchange("http://app.example/1"), turn=1, fingerprint="", redactor=NOTHING)
    wrote = tape.record(exchange("http://app.example/2"), turn=1, fingerprint="", redactor=NOTHING)
    other = Tape(tape.path)
    other.record(exchange("http://app.example/3"), turn=1, fingerprint="", redactor=NOTHING)
    tape.tidy(NOTHING)

    found = tape.find(read.key, "cell:a", 1)

    assert found is not None
    assert found.age == read.age < wrote.age


def test_a_request_that_had_no_answer_is_not_answered_by_another_cell(tape: Tape) -> None:
    tape.record(exchange(body=b"own"), turn=2, fingerprint="", redactor=NOTHING)
    lent = exchange(body=b"other", scope="cell:b")
    key = tape.record(lent, turn=1, fingerprint="", redactor=NOTHING).key

    found = tape.find(key, "cell:a", 1, reads=True)

    assert found is not None
    assert found.exchange.response_body == b"own"


@contextmanager
def disk_with_room_for(size: int) -> Iterator[None]:
    """No file of this process grows beyond this size; not for longer than it has to be, as the
    file that the tests' own output goes to would not grow either.
    """
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_leaves_the_tape_whole(tape: Tape) -> None:
    tape.record(exchange(), turn=1, fingerprint="", redactor=NOTHING)
    before = tape.path.read_bytes()

    with (
        disk_with_room_for(len(before) + 100),
        pytest.raises(SetupError, match=r"tape\.yaml could not be written"),
    ):
        tape.record(exchange(), turn=2, fingerprint="", redactor=NOTHING)

    assert tape.path.read_bytes() == before
    assert len(Tape(tape.path)) == 1


def test_what_is_dropped_is_gone_from_the_file(tape: Tape) -> None:
    tape.record(exchange(scope="cell:a"), turn=1, fingerprint="", redactor=NOTHING)
    tape.record(exchange(scope="cell:b"), turn=1, fingerprint="", redactor=NOTHING)

    dropped = tape.drop(lambda entry: entry.exchange.scope == "cell:a", NOTHING)

    assert dropped == 1
    assert [each.scope for each in tape.exchanges] == ["cell:b"]
    assert [each.scope for each in Tape(tape.path).exchanges] == ["cell:b"]
    assert tape.drop(lambda _entry: False, NOTHING) == 0


def test_a_secret_is_not_written(tape: Tape) -> None:
    with pytest.raises(SecretLeakError, match=r"tape\.yaml") as error:
        tape.record(
            exchange(body=b"s3cret-value"),
            turn=1,
            fingerprint="",
            redactor=Redactor({"api_key": "s3cret-value"}),
        )

    assert not tape.path.exists()
    assert "s3cret-value" not in str(error.value)


def test_a_secret_learned_later_is_taken_out(tape: Tape) -> None:
    tape.record(exchange(body=b"s3cret-value"), turn=1, fingerprint="", redactor=NOTHING)

    assert tape.redact(Redactor({"api_key": "s3cret-value"}))

    assert "s3cret-value" not in tape.path.read_text()
    assert Tape(tape.path).exchanges[0].response_body == b"REDACTED-api-key"


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"status", b"stat\xff"),
        lambda _content: b"[tool]\nname = 1\n",
        lambda _content: b"- request: {}\n  response: {}\n",
        lambda content: content.replace(b"code: 200", b"code: maybe"),
        lambda content: content.replace(b"uri:", b"uri: [", 1),
    ],
    ids=["cut off", "encoding", "foreign", "old format", "no status", "yaml"],
)
def test_a_damaged_file_is_an_error_that_names_it(tape: Tape, damage) -> None:
    tape.record(exchange(), turn=1, fingerprint="", redactor=NOTHING)
    content = damage(tape.path.read_bytes())
    tape.path.write_bytes(content)

    with pytest.raises(CassetteError, match=r"tape\.yaml"):
        Tape(tape.path)

    assert tape.path.read_bytes() == content


def test_the_error_says_what_to_do(tape: Tape, snapshot: SnapshotAssertion) -> None:
    tape.path.parent.mkdir()
    tape.path.write_text("interactions: 5\n")

    with pytest.raises(CassetteError) as error:
        Tape(tape.path)

    assert str(error.value).replace(str(tape.path.parent), "scenarios") == snapshot


class TestStockVcrpy:
    def test_it_plays_ours(self, tape: Tape) -> None:
        import requests

        tape.record(exchange(body=b'{"id": 1}'), turn=1, fingerprint="", redactor=NOTHING)

        with vcr.use_cassette(str(tape.path), record_mode="none") as cassette:
            response = requests.get("http://app.example/x", timeout=30)

        assert response.json() == {"id": 1}
        assert cassette.all_played

    def test_we_read_its(self, tape: Tape, app: App) -> None:
        import requests

        with vcr.use_cassette(str(tape.path)):
            requests.get(f"{app.url}/x", timeout=30)
            requests.get(f"{app.url}/x", timeout=30)
            requests.post(f"{app.url}/x", data=b"\xff\xfe", timeout=30)

        read = Tape(tape.path)

        key = canonical(exchange(f"{app.url}/x"))
        first, second = read.find(key, "", 1), read.find(key, "", 2)
        assert first is not None
        assert second is not None
        assert first.exchange.response_body == b'{"call": 1}'
        assert second.exchange.response_body == b'{"call": 2}'
        assert read.exchanges[2].request_body == b"\xff\xfe"

    def test_recording_goes_on_in_its_files(self, tape: Tape, app: App) -> None:
        import requests

        with vcr.use_cassette(str(tape.path)):
            requests.get(f"{app.url}/x", timeout=30)

        read = Tape(tape.path)
        read.record(exchange(), turn=1, fingerprint="", redactor=NOTHING)
        read.record(exchange(), turn=2, fingerprint="", redactor=NOTHING)

        urls = [found.url for found in Tape(tape.path).exchanges]
        assert urls == [f"{app.url}/x", "http://app.example/x", "http://app.example/x"]

    def test_recording_begins_in_an_empty_cassette(self, tape: Tape) -> None:
        tape.path.parent.mkdir()
        tape.path.write_text("version: 1\ninteractions: []\n")

        Tape(tape.path).record(exchange(), turn=1, fingerprint="", redactor=NOTHING)

        assert len(Tape(tape.path)) == 1


@given(body=st.binary(), text=st.text(), scope=st.text())
def test_any_exchange_comes_back_as_it_was(body: bytes, text: str, scope: str) -> None:
    one = exchange(body=body, scope=scope)
    item = {"devsession": {"scope": scope}, **one.interaction()}
    item["request"]["body"] = text.encode("utf-8", "replace").decode()

    [read] = yaml.safe_load(dump_item(item))

    back = Exchange.from_interaction(read, scope=read["devsession"]["scope"])
    assert back.response_body == body
    assert back.request_body == text.encode("utf-8", "replace")
    assert back.scope == scope
