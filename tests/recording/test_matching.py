"""Two requests are the same when the app could not tell them apart by what was asked."""

from __future__ import annotations

import gzip
from base64 import b64encode

import pytest

from devsession.plugin import RequestMatching
from devsession.recording.exchange import Exchange
from devsession.recording.matching import CanonicalRequest, canonical
from devsession.recording.replay import RequestKeys
from devsession.secrets.redact import Redactor
from tests.recording.multipart import multipart

JSON = "application/json; charset=utf-8"
VENDOR = "application/vnd.api+json"
LINES = "application/x-ndjson"
GRAPHQL = "application/graphql-response+json"
FORM = "application/x-www-form-urlencoded"
XML = "application/xml"


def request(
    url: str = "http://app.example/x", body: bytes = b"", kind: str = JSON, method: str = "POST"
) -> Exchange:
    return Exchange(method, url, {"content-type": [kind]}, body)


def untyped(body: bytes) -> Exchange:
    return Exchange("POST", "http://app.example/x", {}, body)


def compressed(body: bytes, kind: str = JSON) -> Exchange:
    headers = {"Content-Encoding": ["gzip"], "Content-Type": [kind]}
    return Exchange("POST", "http://app.example/x", headers, gzip.compress(body))


PART = b'Content-Disposition: form-data; name="meta"\r\nContent-Type: application/json'
TURNED = b'content-type: application/json\r\ncontent-disposition: form-data; name="meta"'
FILE = b'Content-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png'
TEXT = b'Content-Disposition: form-data; name="text"'
BINARY = b"\x89PNG\r\n\r\n--almost\x00\xff"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (request("http://app.example/x?a=1&b=2"), request("http://app.example/x?b=2&a=1")),
        (request("http://app.example/x?a=1+2"), request("http://app.example/x?a=1%202")),
        (request("http://app.example/x?"), request("http://app.example/x")),
        (request("http://app.example/x#top"), request("http://app.example/x")),
        (request("http://me:key@app.example/x"), request("http://app.example/x")),
        (request("HTTP://APP.example:80/x"), request("http://app.example/x")),
        (request("https://[::1]:443/x"), request("https://[::1]/x")),
        (request("http://app.example"), request("http://app.example/")),
        (request("http://app.example/a%7Eb%3a"), request("http://app.example/a~b:")),
        (request("http://app.example/%c3%bc"), request("http://app.example/ü")),
        (request(body=b'{"a": 1, "b": [2]}'), request(body=b'{"b":[2],"a":1}')),
        (request(body=b'{"a":1,"b":2}', kind=VENDOR), request(body=b'{"b":2,"a":1}', kind=VENDOR)),
        (request(body=b'{"q":1,"v":2}', kind=GRAPHQL), request(body=b'{"v":2,"q":1}')),
        (request(body=b'{"a":"\\u00fc"}'), request(body='{"a":"ü"}'.encode())),
        (request(body=b'{"a": NaN, "b": 1e2}'), request(body=b'{"b": 100.0, "a": NaN}')),
        (request(body=b'{"a": 0.30000000000000000001}'), request(body=b'{"a":3.0000000000000000001e-1}')),
        (request(body=b'{"a": 1}\n{"b": 2}\n', kind=LINES), request(body=b'{"a":1}\n{"b":2}', kind=LINES)),
        (untyped(b'{"a": 1, "b": 2}'), untyped(b'{"b":2,"a":1}')),
        (compressed(b'{"a": 1}'), request(body=b'{"a":1}')),
        (compressed(b"a=1&b=2", FORM), request(body=b"b=2&a=1", kind=FORM)),
        (request(body=b"a=1&b=%20", kind=FORM), request(body=b"b=+&a=1", kind=FORM)),
        (multipart("x1", (PART, b'{"a": 1}')), multipart("y2", (TURNED, b'{"a":1}'))),
        (
            multipart("x1", (FILE, BINARY), (PART, b"{}")),
            multipart("y2", (PART, b"{}"), (FILE, BINARY)),
        ),
        (request(body=b"{broken"), request(body=b"{broken")),
        (request(body=b"[" * 100_000), request(body=b"[" * 100_000)),
        (request(body=b"x", kind="multipart/form-data"), request(body=b"x", kind="multipart/form-data")),
    ],
)  # fmt: skip
def test_equal(one: Exchange, other: Exchange) -> None:
    assert canonical(one) == canonical(other)
    assert hash(canonical(one)) == hash(canonical(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (request("http://app.example/x?a="), request("http://app.example/x")),
        (request("http://app.example/x?a=1&a=2"), request("http://app.example/x?a=1")),
        (request("http://app.example/x?a=%FF"), request("http://app.example/x?a=%FE")),
        (request("http://app.example/a%2Fb"), request("http://app.example/a/b")),
        (request("http://app.example/a+b"), request("http://app.example/a%20b")),
        (request("http://app.example/x/"), request("http://app.example/x")),
        (request(body=b'{"a": 1}'), request(body=b'{"a": "1"}')),
        (request(body=b'{"a": 1}'), request(body=b'{"a": 1.0}')),
        (request(body=b'{"a": 12345678901234567890}'), request(body=b'{"a": 12345678901234567891}')),
        (request(body=b'{"a": 0.12345678901234567890}'), request(body=b'{"a": 0.12345678901234567891}')),
        (request(body=b'{"a": 1, "a": 2}'), request(body=b'{"a": 2}')),
        (request(body=b"[1, 2]"), request(body=b"[2, 1]")),
        (request(body=b'{"a": null}'), request(body=b"{}")),
        (request(body=b"a=%FF", kind=FORM), request(body=b"a=%FE", kind=FORM)),
        (request(body=b"<a/>", kind=XML), request(body=b"<a />", kind=XML)),
        (request(body=b'{"a": 1}', kind="text/plain"), request(body=b'{"a":1}', kind="text/plain")),
        (multipart("x", (FILE, BINARY)), multipart("x", (FILE, BINARY + b"\x00"))),
        (multipart("x", (FILE, b"")), multipart("x", (FILE.replace(b"a.png", b"b.png"), b""))),
        (multipart("x", (FILE, b"")), multipart("x", (FILE.replace(b"/png", b"/gif"), b""))),
        (multipart("x", (TEXT, b"a"), (TEXT, b"b")), multipart("x", (TEXT, b"b"), (TEXT, b"a"))),
    ],
)  # fmt: skip
def test_different(one: Exchange, other: Exchange) -> None:
    assert canonical(one) != canonical(other)


def test_other_headers_do_not_count() -> None:
    one = Exchange("GET", "http://app.example/x", {"Idempotency-Key": ["one"]})
    other = Exchange("GET", "http://app.example/x", {"User-Agent": ["other"]})

    assert canonical(one) == canonical(other)


class TestDeclared:
    """What a plugin's `request_matching` adds."""

    @staticmethod
    def compared(one: Exchange, other: Exchange, **declared: list[str]) -> tuple[bool, bool]:
        """Whether they are the same as they are, and with what is declared."""
        matching = RequestMatching(**declared)
        return canonical(one) == canonical(other), canonical(one, matching) == canonical(
            other, matching
        )

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (request("http://app.example/x?ts=1&a=1"), request("http://app.example/x?a=1&ts=2")),
            (request("http://app.example/x?ts=1"), request("http://app.example/x")),
            (request(body=b"ts=1&a=1", kind=FORM), request(body=b"a=1", kind=FORM)),
            (
                multipart("x", (b'Content-Disposition: form-data; name="ts"', b"1"), (TEXT, b"a")),
                multipart("x", (TEXT, b"a")),
            ),
        ],
        ids=["query", "absent", "form", "multipart"],
    )
    def test_parameters_that_do_not_count(self, one: Exchange, other: Exchange) -> None:
        assert self.compared(one, other, ignore_parameters=["ts"]) == (False, True)

    @pytest.mark.parametrize(
        ("path", "one", "other"),
        [
            ("meta.sent_at", b'{"meta": {"sent_at": 1, "a": 1}}', b'{"meta": {"a": 1}}'),
            ("items[*].nonce", b'{"items": [{"nonce": 1}, {}]}', b'{"items": [{}, {"nonce": 2}]}'),
            ("items[1].nonce", b'{"items": [1, {"nonce": 1}]}', b'{"items": [1, {"nonce": 2}]}'),
            ("items[1]", b'{"items": [1, 2, 3]}', b'{"items": [1, 4, 3]}'),
            ("items[*]", b'{"items": [1, 2]}', b'{"items": [3]}'),
            ("[*].id", b'[{"id": 1}, "x"]', b'[{"id": 2}, "x"]'),
            ("[*][*].id", b'[[{"id": 1}]]', b'[[{"id": 2}]]'),
            ('"a.b"."c\\"d"', b'{"a.b": {"c\\"d": 1}}', b'{"a.b": {"c\\"d": 2}}'),
            ("größe", '{"größe": 1}'.encode(), '{"größe": 2}'.encode()),
        ],
    )
    def test_paths_in_json_that_do_not_count(self, path: str, one: bytes, other: bytes) -> None:
        requests = request(body=one), request(body=other)

        assert self.compared(*requests, ignore_json=[path]) == (False, True)

    @pytest.mark.parametrize("path", ["a.b", "[*].a", "[0]", "a[*]", "a[7].b"])
    def test_a_path_that_is_not_there_changes_nothing(self, path: str) -> None:
        requests = request(body=b'{"a": "x", "b": 1}'), request(body=b'{"a": "x", "b": 2}')

        assert self.compared(*requests, ignore_json=[path]) == (False, False)

    def test_paths_count_in_the_json_of_a_part(self) -> None:
        requests = multipart("x", (PART, b'{"ts": 1}')), multipart("x", (PART, b'{"ts": 2}'))

        assert self.compared(*requests, ignore_json=["ts"]) == (False, True)

    def test_headers_that_count(self) -> None:
        one = Exchange("GET", "http://app.example/x", {"X-Tenant": ["a "], "Date": ["1"]})
        same = Exchange("GET", "http://app.example/x", {"x-tenant": ["a"], "Date": ["2"]})
        other = Exchange("GET", "http://app.example/x", {"x-tenant": ["b"]})

        assert self.compared(one, same, match_headers=["X-Tenant"]) == (True, True)
        assert self.compared(one, other, match_headers=["X-Tenant"]) == (True, False)

    @pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
    def test_by_which_state_of_a_record_counts(self, name: str) -> None:
        one = Exchange("PUT", "http://app.example/x", {name: ['"1"']})
        other = Exchange("PUT", "http://app.example/x", {name: ['"2"']})
        none = Exchange("PUT", "http://app.example/x", {"Idempotency-Key": ["1"]})

        assert canonical(one) not in (canonical(other), canonical(none))

    def test_that_there_is_an_authorization_counts_and_not_which(self) -> None:
        one = Exchange("PUT", "http://app.example/x", {"Authorization": ["Bearer 1"]})
        other = Exchange("PUT", "http://app.example/x", {"authorization": ["Basic 2"]})
        none = Exchange("PUT", "http://app.example/x", {"X-Requested-With": ["rest"]})

        assert canonical(one) == canonical(other) != canonical(none)


@pytest.mark.parametrize("password", ["wrong-4711-pass", "REDACTED-another-key"])
def test_a_wrong_password_of_basic_authorization_counts_where_the_header_does(
    password: str,
) -> None:
    recorded = basic("s3cret-8f2e").redacted(Redactor({"api-key": ("s3cret-8f2e",)}))
    keys = RequestKeys([recorded], matching=RequestMatching(match_headers=["Authorization"]))

    assert keys.of(basic("REDACTED-api-key")) == keys.of(recorded)
    assert keys.of(basic(password)) != keys.of(recorded)


def basic(password: str) -> Exchange:
    user = b64encode(f"jane:{password}".encode()).decode()
    return Exchange("GET", "http://app.example/x", {"Authorization": [f"Basic {user}"]})


def test_the_key_is_one_spelling() -> None:
    assert canonical(request("http://APP.example?b=2&a=", b'{"b": 1, "a": 2}')) == CanonicalRequest(
        method="POST",
        scheme="http",
        host="app.example",
        port=80,
        path="/",
        query=(("a", ""), ("b", "2")),
        headers=(),
        body='{"a": 2, "b": 1}',
    )
