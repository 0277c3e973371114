"""A canary in every place of a request and its answer, by requests and by httpx, is nowhere on disk.

The same search finds it in each of the places when nothing is redacted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.recording import exchange, known
from devsession.secrets.redact import Redactor
from tests.brute_force import files_in, holds, layers
from tests.recording.app import Answer
from tests.recording.places import LIBRARIES, NEVER_RECORDED, found_in, places_for, visit

if TYPE_CHECKING:
    from devsession.recording.recorder import Recorder
    from tests.recording.app import App

CANARIES = ["Canary0123456789", 'ca/na+ry="&é0815']
each_canary = pytest.mark.parametrize("canary", CANARIES, ids=["letters and digits", "special"])
each_library = pytest.mark.parametrize("library", LIBRARIES)


@pytest.fixture
def nothing_is_redacted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "Redactor", lambda *_args, **_options: Redactor({}))
    monkeypatch.setattr(exchange, "_PRIVATE", set())


def on_disk(recorder: Recorder) -> list[str]:
    return list(layers(files_in(recorder.tape.path.parent)))


@each_library
@each_canary
def test_it_is_found_nowhere(canary: str, library: str, app: App, recorder: Recorder) -> None:
    recorder.know({"api_key": canary}, {})

    visit(LIBRARIES[library], app, canary)

    assert len(recorder.tape) >= len(places_for(canary))
    assert not holds(files_in(recorder.tape.path.parent), canary)
    assert not holds(repr(recorder.exchanges_since()).encode(), canary)


@each_library
@each_canary
def test_one_that_arrives_is_found_nowhere(
    canary: str, library: str, app: App, recorder: Recorder
) -> None:
    app.answer = lambda _seen: Answer({"deep": [{"access_token": canary}]})
    LIBRARIES[library]("POST", f"{app.url}/login")

    visit(LIBRARIES[library], app, canary)

    assert not holds(files_in(recorder.tape.path.parent), canary)


@each_library
@each_canary
def test_the_search_finds_each_place_when_nothing_is_redacted(
    nothing_is_redacted: None, canary: str, library: str, app: App, recorder: Recorder
) -> None:
    recorder.know({"api_key": canary}, {})

    visit(LIBRARIES[library], app, canary)

    reached = set(places_for(canary)) - NEVER_RECORDED[library]
    assert found_in(on_disk(recorder), canary) == reached


@each_library
@each_canary
def test_the_recording_still_answers_when_the_secret_is_its_placeholder(
    canary: str, library: str, app: App, recorder: Recorder
) -> None:
    recorder.know({"api_key": canary}, {})
    visit(LIBRARIES[library], app, canary)
    calls = len(app.calls)
    recorder.mode = "offline"
    recorder.know({"api_key": "REDACTED-api-key"}, {})
    recorder.begin("cell:first")

    visit(LIBRARIES[library], app, "REDACTED-api-key")

    assert len(app.calls) == calls
