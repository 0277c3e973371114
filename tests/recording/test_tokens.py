"""Tokens that the app hands out are secrets from then on, in both directions."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import requests

from devsession.recording.exchange import Exchange
from devsession.recording.known import Known, Redactors
from devsession.recording.tokens import tokens_in
from devsession.secrets.redact import Redactor
from tests.recording.app import Answer, App, Seen

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.recording.recorder import Recorder

TOKEN = "tok-41f0c2d7e9"


def answer(body: object = b"", **headers: str) -> Exchange:
    """An answer to a login; `headers` with `_` for `-`."""
    return Exchange(
        method="POST",
        url="https://app.example.com/login?tenant=acme12345",
        request_body=b"user=ada0123456",
        status=200,
        response_headers={name.replace("_", "-"): [value] for name, value in headers.items()},
        response_body=body if isinstance(body, bytes) else json.dumps(body).encode(),
    )


@pytest.mark.parametrize(
    ("answered", "found"),
    [
        (answer({"access_token": TOKEN, "token_type": "bearer"}), ("access-token", TOKEN)),
        (answer({"data": [{"refreshToken": TOKEN}]}), ("refresh-token", TOKEN)),
        (answer({"body": json.dumps({"id_token": TOKEN})}), ("id-token", TOKEN)),
        (answer({"session_token": 'ab"cd/é'}), ("session-token", 'ab"cd/é')),
        (answer(b"access_token=tok-41%2B&scope=a"), ("access-token", "tok-41+")),
        (
            answer(b"<s:a><sessionId>00D1!a.b_c&amp;d</sessionId></s:a>"),
            ("session-id", "00D1!a.b_c&d"),
        ),
        (answer({"token": TOKEN}), ("token", TOKEN)),
        (answer(X_Auth_Token=TOKEN), ("auth-token", TOKEN)),
        (answer(Authorization=f"Bearer {TOKEN}"), ("authorization", TOKEN)),
        (answer(Location=f"https://me/#access_token={TOKEN}"), ("access-token", TOKEN)),
        (answer(Set_Cookie=f"sid={TOKEN}; Path=/; HttpOnly"), ("cookie-sid", TOKEN)),
        (answer(Set_Cookie='__Host-s="s%3Aa1b2c3d4"'), ("cookie-__Host-s", "s:a1b2c3d4")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_token_is_found(answered: Exchange, found: tuple[str, str]) -> None:
    assert tokens_in(answered) == [found]


@pytest.mark.parametrize(
    "answered",
    [
        answer(),
        answer(b"\xff\xfe token"),
        answer(b"[" * 100_000 + b'"token"'),
        answer({"access_token": None, "refresh_token": 12345678, "id_token": "short"}),
        answer({"access_token": "REDACTED-access-token"}),
        answer({"token_type": "bearer", "next_page_token": TOKEN, "name": TOKEN}),
        answer([{"token": f"tok-{number}-0123456"} for number in range(3)]),
        answer({"token": "acme12345"}),
        answer(Set_Cookie="theme=dark"),
        answer(Set_Cookie="sid=deleted; Max-Age=0"),
        answer(Set_Cookie="tenant=acme12345"),
        answer(Set_Cookie="user=ada0123456"),
        answer(Set_Cookie=""),
    ],
)
def test_what_is_no_token_is_left_alone(answered: Exchange) -> None:
    assert tokens_in(answered) == []


def test_a_refusal_hands_out_cookies_alone() -> None:
    refusal = answer({"access_token": TOKEN}, Set_Cookie=f"sid={TOKEN}")

    assert tokens_in(Exchange(**{**vars(refusal), "status": 401})) == [("cookie-sid", TOKEN)]


def tokens_of(prefix: str) -> Callable[[Seen], Answer]:
    """An app with a login, which gives a token and a cookie, and one place that wants them."""

    def answered(seen: Seen) -> Answer:
        body: dict[str, Any] = {"you": seen.path}
        if seen.path == "/login":
            body = {"access_token": f"{prefix}-access-1"}
        return Answer(body, headers={"Set-Cookie": f"sid={prefix}-cookie-1; Path=/"})

    return answered


def log_in_and_ask(app: App) -> str:
    """What a plugin does with a token: it stands in a header, the address, the body, a cookie."""
    with requests.Session() as session:
        token = session.post(f"{app.url}/login", timeout=30).json()["access_token"]
        sid = session.cookies["sid"]
        answer = session.post(
            f"{app.url}/of/{token}?sid={sid}",
            json={"token": token, "nested": [{"sid": sid}]},
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
        return str(answer.json()["you"])


def but_for_the_clock(recorder: Recorder) -> str:
    """The file of the tape, without the times in its answers."""
    return re.sub(r"\d\d:\d\d:\d\d GMT", "", recorder.tape.path.read_text(encoding="utf-8"))


def test_a_token_that_arrives_is_nowhere_in_the_recording(app: App, recorder: Recorder) -> None:
    app.answer = tokens_of("first")

    log_in_and_ask(app)

    kept = recorder.tape.path.read_text(encoding="utf-8") + repr(recorder.exchanges_since())
    assert "first-" not in kept
    assert "/of/REDACTED-access-token?sid=REDACTED-cookie-sid" in kept


def test_what_was_recorded_with_a_token_answers_offline(app: App, recorder: Recorder) -> None:
    app.answer = tokens_of("first")
    log_in_and_ask(app)
    recorder.mode = "offline"
    recorder.begin("cell:first")

    assert log_in_and_ask(app) == "/of/REDACTED-access-token?sid=REDACTED-cookie-sid"
    assert len(app.calls) == 2


def test_another_token_makes_the_same_recording(app: App, recorder: Recorder) -> None:
    app.answer = tokens_of("first")
    log_in_and_ask(app)
    before = but_for_the_clock(recorder)
    app.answer = tokens_of("second")
    recorder.begin("cell:first")
    log_in_and_ask(app)
    recorder.begin("cell:other")

    assert but_for_the_clock(recorder) == before


def test_reuse_does_not_take_another_token_for_another_secret(app: App, recorder: Recorder) -> None:
    app.answer = tokens_of("first")
    requests.get(f"{app.url}/login", timeout=30)
    requests.get(f"{app.url}/of", headers={"Authorization": "Bearer first-access-1"}, timeout=30)
    recorder.mode = "reuse"
    recorder.begin("cell:first")
    token = requests.get(f"{app.url}/login", timeout=30).json()["access_token"]
    requests.get(f"{app.url}/of", headers={"Authorization": f"Bearer {token}"}, timeout=30)

    assert len(app.calls) == 2


def test_reuse_hands_out_the_token_of_before_for_what_is_called_live(
    app: App, recorder: Recorder
) -> None:
    app.answer = tokens_of("first")
    log_in_and_ask(app)
    recorder.mode = "reuse"
    recorder.begin("cell:first")
    with requests.Session() as session:
        token = session.post(f"{app.url}/login", timeout=30).json()["access_token"]
        session.get(f"{app.url}/new", headers={"Authorization": f"Bearer {token}"}, timeout=30)

    assert app.calls[2:] == ["GET /new"]
    assert app.seen[-1].headers["Authorization"] == "Bearer first-access-1"
    assert app.seen[-1].headers["Cookie"] == "sid=first-cookie-1"


def test_an_old_token_stays_hidden(app: App, recorder: Recorder) -> None:
    app.answer = tokens_of("first")
    log_in_and_ask(app)
    app.answer = tokens_of("second")
    log_in_and_ask(app)

    requests.get(f"{app.url}/of/first-access-1/second-access-1", timeout=30)

    assert recorder.exchanges_since()[-1].url.endswith(
        "/REDACTED-access-token/REDACTED-access-token"
    )


def test_what_was_recorded_before_the_token_was_one_is_hidden(app: App, recorder: Recorder) -> None:
    app.answer = lambda _seen: Answer({"note": "first-access-1"})
    requests.get(f"{app.url}/note", timeout=30)
    app.answer = tokens_of("first")
    requests.get(f"{app.url}/login", timeout=30)

    assert "first-access-1" not in repr(recorder.exchanges_since())
    assert "first-access-1" not in recorder.tape.path.read_text(encoding="utf-8")


def test_what_is_declared_no_secret_is_left(app: App, recorder: Recorder) -> None:
    recorder.know({}, {}, not_secret=["first-access-1"])
    app.answer = tokens_of("first")

    log_in_and_ask(app)

    assert "/of/first-access-1?sid=REDACTED-cookie-sid" in repr(recorder.exchanges_since())


def test_two_hundred_cookies_are_hidden(app: App, recorder: Recorder) -> None:
    app.answer = lambda _seen: Answer(
        {"call": 1}, headers={"Set-Cookie": f"sid=sid-{len(app.seen):010}; Path=/"}
    )
    with requests.Session() as session:
        answers = [session.get(f"{app.url}/{number}", timeout=30) for number in range(200)]

    assert len(answers) == len(recorder.tape)
    assert "sid-0000" not in recorder.tape.path.read_text(encoding="utf-8")


def test_the_newest_cookies_are_known_and_no_cookie_makes_a_token_forgotten() -> None:
    known = Known()

    known.take([("access-token", TOKEN)])
    known.take([("cookie-sid", f"sid-{number:08}") for number in range(1000)])
    known.take([(f"cookie-{number}", f"other-{number:08}") for number in range(1000)])

    assert (
        known.redactor.text(f"{TOKEN} other-00000999")
        == "REDACTED-access-token REDACTED-cookie-999"
    )
    assert len(known.redactor.names) == 51


def test_several_redactors_are_one_in_all_that_a_redactor_does() -> None:
    through_others = {"text", "value"}
    public = {name for name in vars(Redactor) if not name.startswith("_")}

    assert public - through_others == {name for name in vars(Redactors) if not name.startswith("_")}


def test_several_redactors_hide_and_find_what_each_of_them_knows() -> None:
    known = Known()
    known.tell({"api_key": ["key-1-abcdef", "key-2-abcdef"]}, {"app.test": "127.0.0.1:4711"})
    known.take([("access-token", TOKEN)])

    text = f"127.0.0.1:4711 key-1-abcdef key-2-abcdef {TOKEN}"
    clean = "REDACTED-api-key REDACTED-api-key REDACTED-access-token"

    assert known.redactor.value({text: [text]}) == {f"app.test {clean}": [f"app.test {clean}"]}
    assert known.shown.text(text) == f"127.0.0.1:4711 {clean}"
    assert [hit.name for hit in known.shown.find(text)] == ["api_key", "api_key", "access-token"]
