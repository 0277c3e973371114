"""What a plugin gets is the same whether the app answers or the tape does."""

from __future__ import annotations

import asyncio
import gzip
import json
import urllib.request
from typing import TYPE_CHECKING

import httpx
import pytest
import requests

from devsession.errors import MissError, NetworkShutError
from tests.recording.app import Answer, App

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from devsession.recording.recorder import Recorder

PLAIN = json.dumps({"name": "Zoë", "id": 1}).encode()


def by_requests(url: str) -> tuple[int, bytes]:
    response = requests.get(url, timeout=30)
    return response.status_code, response.content


def by_stream(url: str) -> tuple[int, bytes]:
    with requests.get(url, timeout=30, stream=True) as response:
        return response.status_code, b"".join(response.iter_content(3))


def by_session(url: str) -> tuple[int, bytes]:
    with requests.Session() as session:
        session.get(url, timeout=30)
        response = session.get(url, timeout=30)
    return response.status_code, response.content


def by_httpx(url: str) -> tuple[int, bytes]:
    response = httpx.get(url, timeout=30)
    return response.status_code, response.content


def by_async_httpx(url: str) -> tuple[int, bytes]:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient() as client:
            return await client.get(url, timeout=30)

    response = asyncio.run(ask())
    return response.status_code, response.content


LIBRARIES = [by_requests, by_stream, by_session, by_httpx, by_async_httpx]


@pytest.mark.parametrize("ask", LIBRARIES, ids=lambda ask: ask.__name__)
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_a_replayed_answer_equals_the_live_one(
    ask: Callable[[str], tuple[int, bytes]], compressed: bool, app: App, recorder: Recorder
) -> None:
    body, headers = (
        (gzip.compress(PLAIN), {"Content-Encoding": "gzip"}) if compressed else (PLAIN, {})
    )
    app.answer = lambda _seen: Answer(body, status=201, headers=headers)
    live = ask(f"{app.url}/x")
    calls = len(app.calls)
    recorder.mode = "offline"
    recorder.begin("cell:first")

    replayed = ask(f"{app.url}/x")

    assert live == replayed == (201, PLAIN)
    assert recorder.tape.exchanges[0].response_body == PLAIN
    assert len(app.calls) == calls


def test_headers_beyond_ascii_are_replayed_as_they_were(app: App, recorder: Recorder) -> None:
    app.answer = lambda _seen: Answer(headers={"X-Name": "Zo\u00c3\u00ab"})
    live = requests.get(f"{app.url}/x", timeout=30).headers["X-Name"]
    recorder.mode = "offline"
    recorder.begin("cell:first")

    replayed = requests.get(f"{app.url}/x", timeout=30).headers["X-Name"]

    assert replayed == live
    assert recorder.tape.exchanges[0].response_headers["X-Name"] == ["Zoë"]


def test_what_one_library_recorded_plays_in_another(app: App, recorder: Recorder) -> None:
    app.answer = lambda _seen: Answer(gzip.compress(PLAIN), headers={"Content-Encoding": "gzip"})
    by_requests(f"{app.url}/x")
    recorder.mode = "offline"
    recorder.begin("cell:first")

    assert by_httpx(f"{app.url}/x") == (200, PLAIN)


@pytest.mark.parametrize("ask", LIBRARIES, ids=lambda ask: ask.__name__)
def test_a_miss_is_never_wrapped(
    ask: Callable[[str], tuple[int, bytes]], app: App, recorder: Recorder
) -> None:
    recorder.mode = "offline"

    with pytest.raises(MissError):
        ask(f"{app.url}/never")


def test_a_library_that_is_not_recorded_is_stopped_offline(app: App, recorder: Recorder) -> None:
    recorder.mode = "offline"

    with pytest.raises(NetworkShutError):
        urllib.request.urlopen(app.url)

    assert app.calls == []


def test_redirects_and_cookies_are_followed_on_replay(app: App, recorder: Recorder) -> None:
    def answer(seen: object) -> Answer:
        if len(app.seen) == 1:
            return Answer(
                status=302, headers={"Location": "/home", "Set-Cookie": "sid=t0ken; Path=/"}
            )
        return Answer({"cookie": app.seen[-1].headers.get("Cookie")})

    app.answer = answer
    with requests.Session() as session:
        live = session.get(f"{app.url}/login", timeout=30)
    recorder.mode = "offline"
    recorder.begin("cell:first")
    with requests.Session() as session:
        replayed = session.get(f"{app.url}/login", timeout=30)
        cookies = session.cookies.get_dict()

    assert live.json() == {"cookie": "sid=t0ken"}
    assert [step.status_code for step in replayed.history] == [302]
    assert replayed.url == live.url
    assert cookies == {"sid": "REDACTED-cookie"}


def test_bodies_of_every_kind_are_recorded(app: App, recorder: Recorder, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"\xff\x00file")
    url = f"{app.url}/x"
    requests.post(url, data={"a": "1"}, timeout=30)
    with file.open("rb") as opened:
        requests.post(url, data=opened, timeout=30)
    requests.post(url, data=iter([b"chunk", b"ed"]), timeout=30)
    requests.post(url, data="Zoë", timeout=30)
    requests.post(url, timeout=30)

    sent = [b"a=1", b"\xff\x00file", b"chunked", "Zoë".encode(), b""]
    assert [exchange.request_body for exchange in recorder.exchanges_since(0)] == sent


@pytest.mark.parametrize("shared", [False, True], ids=["get", "session"])
def test_https(shared: bool, secure_app: App, certificate: Path, recorder: Recorder) -> None:
    with requests.Session() as session:
        ask = session.get if shared else requests.get
        live = [ask(f"{secure_app.url}/{n}", timeout=30, verify=certificate).json() for n in "abab"]
        recorder.mode = "offline"
        recorder.begin("cell:first")
        replayed = [
            ask(f"{secure_app.url}/{n}", timeout=30, verify=certificate).json() for n in "abab"
        ]

    assert live == replayed == [{"call": n} for n in (1, 2, 3, 4)]
    assert len(secure_app.calls) == 4
