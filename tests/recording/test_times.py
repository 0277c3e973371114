"""When an exchange began is known in a session, for its timeline, and kept in no file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.recording.recorder import Recorder
    from tests.recording.app import App


def test_each_begins_after_the_answer_before(app: App, recorder: Recorder) -> None:
    requests.get(f"{app.url}/a", timeout=30)
    requests.get(f"{app.url}/b", timeout=30)

    first, second = recorder.exchanges_since()
    assert first.began is not None
    assert second.began is not None
    assert 0 <= first.began <= first.began + first.seconds <= second.began


def test_one_from_the_tape_begins_when_it_is_asked_for(app: App, recorder: Recorder) -> None:
    requests.get(f"{app.url}/a", timeout=30)
    recorder.mode = "offline"
    recorder.begin("cell:first")
    requests.get(f"{app.url}/a", timeout=30)

    called, played = recorder.exchanges_since()
    assert called.began is not None
    assert played.began is not None
    assert called.began < played.began


def test_one_without_an_answer_took_its_time_too(app: App, recorder: Recorder) -> None:
    app.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{app.url}/a", timeout=30)

    [exchange] = recorder.exchanges_since()
    assert exchange.seconds > 0


def test_no_file_holds_it(app: App, recorder: Recorder, tape_path: Path) -> None:
    requests.get(f"{app.url}/a", timeout=30)

    assert "began" not in tape_path.read_text(encoding="utf-8")
    assert [exchange.began for exchange in type(recorder.tape)(tape_path).exchanges] == [None]
