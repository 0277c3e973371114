"""A tape whose requests are compared by what the plugin declares, also when that changes."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import httpx
import pytest
import requests

from devsession.errors import MissError
from devsession.plugin import RequestMatching
from devsession.recording.tape import Tape

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.recording.recorder import Recorder
    from tests.recording.app import App

UNSIGNED = RequestMatching(ignore_parameters=["ts"], ignore_json=["sent_at"])
CLOCK = itertools.count()


def send(app: App) -> dict[str, int]:
    """A request that is another one each time, by its query and its body."""
    now = next(CLOCK)
    answer = requests.post(f"{app.url}/x?ts={now}", json={"sent_at": now}, timeout=30)
    found: dict[str, int] = answer.json()
    return found


def again(recorder: Recorder, mode: str) -> None:
    """The same cell runs once more."""
    recorder.mode = mode  # type: ignore[assignment]
    recorder.begin("cell:first")


def test_what_differs_only_where_nothing_counts_is_answered(app: App, recorder: Recorder) -> None:
    recorder.match_by(UNSIGNED)
    send(app)

    again(recorder, "reuse")
    assert send(app) == {"call": 1}
    again(recorder, "offline")
    assert send(app) == {"call": 1}


def test_the_tape_follows_another_declaration_at_once(app: App, recorder: Recorder) -> None:
    first = [send(app), send(app)]
    again(recorder, "offline")
    with pytest.raises(MissError):
        send(app)

    recorder.match_by(UNSIGNED)
    again(recorder, "offline")
    assert [send(app), send(app)] == first

    recorder.match_by(RequestMatching())
    again(recorder, "offline")
    with pytest.raises(MissError):
        send(app)


def test_so_does_one_that_was_written_before(
    app: App, new_recorder: Callable[[], Recorder]
) -> None:
    new_recorder()
    first = [send(app), send(app)]
    recorder = new_recorder()
    recorder.match_by(UNSIGNED)

    again(recorder, "offline")
    assert [send(app), send(app)] == first


def test_what_is_recorded_then_stands_in_for_what_was_before(
    app: App, new_recorder: Callable[[], Recorder]
) -> None:
    before = new_recorder()
    send(app)
    send(app)
    before.match_by(UNSIGNED)
    again(before, "live")
    assert send(app) == {"call": 3}
    recorder = new_recorder()
    recorder.match_by(UNSIGNED)

    again(recorder, "offline")
    assert [send(app), send(app)] == [{"call": 3}, {"call": 2}]


def test_a_cell_that_runs_again_and_again_does_not_grow_the_tape(
    app: App, recorder: Recorder
) -> None:
    recorder.match_by(UNSIGNED)
    send(app)
    again(recorder, "live")
    send(app)
    again(recorder, "live")
    send(app)
    recorder.stop()

    tape = Tape(recorder.tape.path)
    assert [exchange.response_body for exchange in tape.exchanges] == [b'{"call": 3}']


def test_declaring_changes_no_file(app: App, recorder: Recorder, tape_path: Path) -> None:
    send(app)
    written = tape_path.read_bytes()

    recorder.match_by(UNSIGNED)
    recorder.begin("cell:next")

    assert tape_path.read_bytes() == written


def test_of_thousands_of_misses_the_first_are_compared(app: App, recorder: Recorder) -> None:
    send(app)
    again(recorder, "offline")

    tried = [missed(app).tried for _ in range(21)]

    assert "query ts" in tried[19]
    assert tried[20] == "not compared with the recordings, as the 20 misses before were"


def missed(app: App) -> MissError:
    with pytest.raises(MissError) as error:
        send(app)
    return error.value


def test_a_miss_offline_suggests_the_line(
    app: App, recorder: Recorder, snapshot: SnapshotAssertion
) -> None:
    recorder.know({}, {"sandbox.test": app.address})
    requests.post(f"{app.url}/x", json={"meta": {"nonce": "a"}, "name": "Zoë"}, timeout=30)
    again(recorder, "offline")
    with pytest.raises(MissError) as error:
        requests.post(f"{app.url}/x", json={"meta": {"nonce": "b"}, "name": "Zoë"}, timeout=30)

    text = str(error.value).replace(str(recorder.tape.path), "tape.yaml")
    assert text == snapshot


def upload_with_requests(url: str, content: bytes) -> None:
    files = {"file": ("a.png", content, "image/png")}
    requests.post(url, data={"ts": str(next(CLOCK)), "kind": "photo"}, files=files, timeout=30)


def upload_with_httpx(url: str, content: bytes) -> None:
    files = {"file": ("a.png", content, "image/png")}
    httpx.post(url, data={"ts": str(next(CLOCK)), "kind": "photo"}, files=files, timeout=30)


@pytest.mark.parametrize("upload", [upload_with_requests, upload_with_httpx])
def test_a_file_that_is_sent_again_matches_whatever_its_boundary(
    app: App, recorder: Recorder, upload: Callable[[str, bytes], None]
) -> None:
    recorder.match_by(UNSIGNED)
    upload(f"{app.url}/files", b"\x89PNG\r\n--\x00")

    again(recorder, "offline")
    upload(f"{app.url}/files", b"\x89PNG\r\n--\x00")
    with pytest.raises(MissError) as error:
        upload(f"{app.url}/files", b"\x89PNG\r\n--\x01")

    assert r"body part file: '\\x89PNG\r\n--\x01', recorded" in error.value.tried
    assert len(app.seen) == 1
