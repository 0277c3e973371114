"""Secrets are put back where their stand-ins are, each encoded as its place wants it."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

import pytest

from devsession.recording.exchange import Exchange
from devsession.recording.stand_ins import stand_ins_in, with_secrets
from devsession.secrets.redact import Redactor

SECRET = 'k/+=& "é<s3cret'
VALUES = {"REDACTED-api-key": SECRET, "REDACTED-api": "another"}
REDACTOR = Redactor({"api_key": SECRET})
URL = "http://app.example/x"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    "sent",
    [
        Exchange("GET", f"{URL}/{quote(SECRET, safe='')}/y?key={quote(SECRET, safe='')}&a=b"),
        Exchange("GET", f"http://me:{quote(SECRET, safe='')}@app.example/"),
        Exchange("GET", URL, {"X-Key": [SECRET], "Cookie": [f"sid={SECRET}"]}),
        Exchange("GET", URL, {"Authorization": [f"Bearer {SECRET}"]}),
        Exchange(
            "GET", URL, {"Authorization": ["Basic " + b64encode(f"u:{SECRET}".encode()).decode()]}
        ),
        Exchange("GET", URL, {"X-Key": [urlsafe_b64encode(SECRET.encode()).decode().rstrip("=")]}),
        Exchange("POST", URL, {"Content-Type": [JSON]}, json.dumps({"a": [SECRET]}).encode()),
        Exchange(
            "POST",
            URL,
            {"Content-Type": [JSON]},
            json.dumps({"inner": json.dumps({"key": SECRET})}).encode(),
        ),
        Exchange("POST", URL, {"Content-Type": [FORM]}, f"b=1&a={quote_plus(SECRET)}".encode()),
        Exchange("POST", URL, {"Content-Type": ["application/xml"]}, b"<a>k/+=&amp; &quot;\xc3\xa9&lt;s3cret</a>"),
        Exchange("POST", URL, {"Content-Type": ["text/plain"]}, f"key {SECRET}".encode()),
        Exchange("POST", URL, {"Content-Type": ["image/png"]}, b"\xff\x00"),
    ],
)  # fmt: skip
def test_what_was_redacted_is_as_it_was_sent(sent: Exchange) -> None:
    kept = sent.redacted(REDACTOR)
    again = with_secrets(kept, VALUES)

    assert REDACTOR.find(repr(kept)) == []
    assert stand_ins_in(again) == []
    assert again.redacted(REDACTOR) == kept
    assert json_read(again) == json_read(sent)


def json_read(exchange: Exchange) -> tuple[str, object, object]:
    """A request without the spelling of its JSON, which does not count."""
    body = exchange.request_body
    value = json.loads(body) if body[:1] == b"{" else body
    inner = json.loads(value["inner"]) if isinstance(value, dict) and "inner" in value else value
    return exchange.url, exchange.request_headers, inner


def test_a_body_without_a_stand_in_keeps_its_bytes() -> None:
    sent = Exchange("POST", URL, {"Content-Type": [JSON]}, b'{"a":  1.10}')

    assert with_secrets(sent, VALUES) == sent


def test_those_that_are_not_known_are_named() -> None:
    token = b64encode(b"user:REDACTED-password").decode()
    kept = Exchange(
        "POST",
        f"{URL}?t=REDACTED-token",
        {"Authorization": [f"Basic {token}"], "X-Key": ["REDACTED-api-key"]},
        b"REDACTED-cookie and REDACTED-token",
    )

    assert stand_ins_in(with_secrets(kept, VALUES)) == [
        "REDACTED-token",
        "REDACTED-cookie",
        "REDACTED-password",
    ]
