"""What is kept of an exchange: no secret, in either direction, and bodies that can be read."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from devsession.recording import codings
from devsession.recording.exchange import Exchange, grouped, header, header_text
from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

SECRET = "k/+=&s3cret"
REDACTOR = Redactor({"api_key": SECRET}, {"sandbox.test": "127.0.0.1:4123"})
BASIC = base64.b64encode(f"user:{SECRET}".encode()).decode()


def answer(body: bytes | None, coding: str) -> Exchange:
    return Exchange(
        "GET",
        "http://app.example/x",
        status=200,
        response_headers={"Content-Encoding": [coding]},
        response_body=body or b"",
    )


@pytest.fixture
def exchange() -> Exchange:
    body = json.dumps({"key": SECRET, "name": "a"}).encode()
    return Exchange(
        method="POST",
        url=f"http://127.0.0.1:4123/x?key={SECRET}",
        request_headers={
            "X-Key": [SECRET],
            "Authorization": [f"Bearer {SECRET}"],
            "Content-Type": ["application/json"],
            "Content-Encoding": ["gzip"],
            "Content-Length": [str(len(gzip.compress(body)))],
        },
        request_body=gzip.compress(body),
        status=201,
        reason="Created",
        response_headers={
            "Location": [f"http://127.0.0.1:4123/x/{SECRET}"],
            "content-length": [str(len(body))],
        },
        response_body=body,
    )


def test_no_secret_is_left(exchange: Exchange, snapshot: SnapshotAssertion) -> None:
    clean = exchange.redacted(REDACTOR)

    assert REDACTOR.find(repr(clean)) == []
    assert clean.interaction() == snapshot


def test_headers_are_kept_in_one_order(exchange: Exchange) -> None:
    backwards = replace(exchange, request_headers=dict(reversed(exchange.request_headers.items())))

    assert list(backwards.interaction()["request"]["headers"]) == [
        "Authorization",
        "Content-Encoding",
        "Content-Length",
        "Content-Type",
        "X-Key",
    ]


def test_lengths_are_those_of_the_redacted_bodies(exchange: Exchange) -> None:
    clean = exchange.redacted(REDACTOR)

    assert clean.request_headers["Content-Length"] == [str(len(clean.request_body))]
    assert clean.response_headers["content-length"] == [str(len(clean.response_body))]
    assert json.loads(clean.request_body) == {"key": "REDACTED-api-key", "name": "a"}


def test_redacting_again_changes_nothing(exchange: Exchange) -> None:
    clean = exchange.redacted(REDACTOR)

    assert clean.redacted(REDACTOR) == clean


def test_the_length_that_head_announces_is_kept() -> None:
    head = Exchange("HEAD", "http://app.example/x", response_headers={"Content-Length": ["42"]})

    assert head.redacted(REDACTOR).response_headers == {"Content-Length": ["42"]}


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("Authorization", "Bearer unknown-token", "Bearer REDACTED-authorization"),
        ("authorization", "unknown-token", "REDACTED-authorization"),
        ("Authorization", f"Bearer {SECRET}", "Bearer REDACTED-api-key"),
        ("Proxy-Authorization", "Basic abc", "Basic REDACTED-proxy-authorization"),
        ("Cookie", "sid=abc; theme=dark", "sid=REDACTED-cookie; theme=REDACTED-cookie"),
        ("Set-Cookie", "sid=abc; Path=/; HttpOnly", "sid=REDACTED-cookie; Path=/; HttpOnly"),
        ("Set-Cookie", f"sid={SECRET}; Path=/", "sid=REDACTED-api-key; Path=/"),
        ("X-Request-Id", "abc", "abc"),
    ],
)
def test_private_headers_are_hidden_though_nobody_told_us_the_value(
    name: str, value: str, kept: str
) -> None:
    exchange = Exchange("GET", "http://app.example/", {name: [value]})

    assert exchange.redacted(REDACTOR).request_headers == {name: [kept]}


def test_basic_authorization_is_hidden() -> None:
    exchange = Exchange("GET", "http://app.example/", {"Authorization": [f"Basic {BASIC}"]})

    clean = exchange.redacted(REDACTOR)

    assert REDACTOR.find(clean.request_headers["Authorization"][0]) == []
    assert clean.redacted(REDACTOR) == clean


def test_a_body_that_is_plain_already_loses_the_header_that_says_otherwise() -> None:
    exchange = Exchange(
        "GET",
        "http://app.example/",
        response_headers={"Content-Encoding": ["gzip"]},
        response_body=b"plain",
    )

    clean = exchange.redacted(REDACTOR)

    assert (clean.response_headers, clean.response_body) == ({}, b"plain")


@pytest.mark.parametrize("body", [b"plain", b"", json.dumps({"name": "Zoë"}).encode()])
@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "br", "zstd", "GZIP", "gzip, br"])
def test_a_compressed_body_is_kept_plain_and_sent_again_as_it_came(
    coding: str, body: bytes
) -> None:
    sent = answer(codings.compressed(coding, body), coding)

    kept = sent.redacted(REDACTOR)

    assert (kept.response_body, kept.compressed) == (body, coding)
    assert header(kept.response_headers, "content-encoding") == ""
    assert header(kept.as_sent().response_headers, "content-encoding") == coding
    assert kept.as_sent().plain() == kept.redacted(REDACTOR) == kept
    assert replace(kept, from_tape=True) == Exchange.from_interaction(kept.interaction())


def test_what_stock_vcrpy_kept_plain_is_compressed_for_its_caller() -> None:
    kept = Exchange.from_interaction(answer(b"plain", "gzip").interaction())

    assert gzip.decompress(kept.as_sent().response_body) == b"plain"


@pytest.mark.parametrize(
    ("coding", "body"),
    [("gzip", gzip.compress(b"plain")[:5] + b"broken"), ("unknown", b"?"), ("gzip", b"")],
    ids=["broken", "unknown", "none"],
)
def test_a_body_that_cannot_be_decompressed_stays_as_it_came(coding: str, body: bytes) -> None:
    sent = answer(body, coding)

    kept = sent.redacted(REDACTOR)

    assert kept == kept.as_sent() == sent


def test_names_of_headers_are_put_together_in_any_case() -> None:
    assert grouped([("X-Tag", "a"), (b"x-tag", b"b"), ("X-Other", 1)]) == {
        "X-Tag": ["a", "b"],
        "X-Other": ["1"],
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Zoë".encode(), "Zoë"),
        ("Zoë".encode("latin-1"), "Zoë"),
        ("Zoë".encode().decode("latin-1"), "Zoë"),
        ("日本", "日本"),
        (b"\xff".decode("utf-8", "surrogateescape"), "ÿ"),
    ],
    ids=["UTF-8", "latin-1", "UTF-8 read as latin-1", "text", "read by aiohttp"],
)
def test_the_text_of_a_header(value: str | bytes, text: str) -> None:
    assert header_text(value) == text


def test_it_says_what_happened(exchange: Exchange) -> None:
    unanswered = Exchange("GET", "http://app.example/x", problem="no answer")

    assert str(exchange.redacted(REDACTOR)) == (
        "POST http://sandbox.test/x?key=REDACTED-api-key -> 201 Created"
    )
    assert str(unanswered) == "GET http://app.example/x -> no answer"
