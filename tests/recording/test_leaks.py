"""A canary in every place of a request and its answer is nowhere on disk."""

from __future__ import annotations

import base64
import gzip
import json
import logging
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
import requests

from devsession.secrets.redact import Redactor
from tests.recording.app import Answer, App

if TYPE_CHECKING:
    from devsession.recording.recorder import Recorder

CANARIES = ["Canary0123456789", 'ca/na+ry="&é0815']


def send_everywhere(app: App, canary: str) -> None:
    """One exchange with the canary in all places of the request and of the answer."""
    body = {"nested": [{canary: canary}], "twice": json.dumps({"key": canary})}
    encoded = base64.b64encode(f"user:{canary}".encode()).decode()
    app.answer = lambda _seen: Answer(
        gzip.compress(json.dumps(body).encode()),
        headers={
            "Content-Encoding": "gzip",
            "X-Echo": quote(canary),
            "Set-Cookie": f"sid={quote(canary)}; Path=/",
        },
    )
    requests.post(
        f"{app.url}/{quote(canary, safe='')}?key={quote_plus(canary)}&b64={quote(encoded)}",
        data=gzip.compress(json.dumps(body).encode()),
        headers={
            "Content-Type": "application/vnd.api+json",
            "Content-Encoding": "gzip",
            "Authorization": f"Basic {encoded}",
            "Proxy-Authorization": f"Basic {encoded}",
            "X-Api-Key": canary.encode(),
            "Cookie": f"sid={quote(canary)}",
        },
        timeout=30,
    )
    requests.post(f"{app.url}/form", data={"key": canary, canary: "x"}, timeout=30)
    requests.post(f"{app.url}/text", data=f"the key is {canary}.".encode(), timeout=30)
    requests.post(f"{app.url}/file", files={"file": ("name", canary)}, timeout=30)


@pytest.mark.parametrize("canary", CANARIES, ids=["letters and digits", "special characters"])
def test_it_is_found_nowhere(
    canary: str, app: App, recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    recorder.know({"api_key": canary}, {})

    send_everywhere(app, canary)

    search = Redactor({"canary": canary})
    assert len(recorder.tape) == 4
    assert search.find(recorder.tape.path.read_bytes()) == []
    assert search.find(repr(recorder.exchanges_since(0))) == []
    assert not [entry for entry in caplog.records if entry.name.startswith("vcr")]


@pytest.mark.parametrize("canary", CANARIES, ids=["letters and digits", "special characters"])
def test_the_search_finds_it_when_nothing_is_redacted(
    canary: str, app: App, recorder: Recorder
) -> None:
    send_everywhere(app, canary)

    hits = Redactor({"canary": canary}).find(recorder.tape.path.read_bytes())

    assert len(hits) >= 14


def test_the_recording_still_answers_with_another_secret(app: App, recorder: Recorder) -> None:
    recorder.know({"api_key": CANARIES[0]}, {})
    send_everywhere(app, CANARIES[0])
    recorder.mode = "offline"
    recorder.know({"api_key": "REDACTED-api-key"}, {})
    recorder.begin("cell:first")

    send_everywhere(app, "REDACTED-api-key")

    assert len(app.calls) == 4
