"""Threads lose nothing, and get nobody else's answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import requests

from tests.recording.app import Answer, App

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.recording.recorder import Recorder


def fetch(ask: Callable[..., requests.Response], app: App) -> list[int]:
    """400 distinct requests from 8 threads, and what each was answered."""

    def one(number: int) -> int:
        return int(ask(f"{app.url}/items?id={number}", timeout=30).json()["id"])

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, range(400)))


@pytest.mark.parametrize("ask", [requests.get, requests.Session().get], ids=["get", "session"])
def test_all_are_recorded_and_all_are_played(
    ask: Callable[..., requests.Response], app: App, new_recorder: Callable[[], Recorder]
) -> None:
    app.answer = lambda seen: Answer({"id": int(seen.path.rpartition("=")[2])})
    recorded = new_recorder()
    live = fetch(ask, app)
    calls = len(app.calls)
    replayed = new_recorder()
    replayed.mode = "offline"

    played = fetch(ask, app)

    assert live == played == list(range(400))
    assert len(recorded.tape) == len(replayed.tape) == calls == 400
    assert len(app.calls) == 400


def test_equal_requests_of_threads_get_each_answer_once(app: App, recorder: Recorder) -> None:
    def ask(_number: int) -> int:
        return int(requests.post(f"{app.url}/next", timeout=30).json()["call"])

    with ThreadPoolExecutor(8) as pool:
        live = sorted(pool.map(ask, range(40)))
        recorder.mode = "offline"
        recorder.begin("cell:first")
        played = sorted(pool.map(ask, range(40)))

    assert live == played == list(range(1, 41))
