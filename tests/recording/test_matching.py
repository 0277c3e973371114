"""Two requests are the same when the app could not tell them apart by what was asked."""

from __future__ import annotations

import pytest

from devsession.recording.exchange import Exchange
from devsession.recording.matching import canonical, differences, nearest

JSON = "application/json; charset=utf-8"
VENDOR = "application/vnd.api+json"
FORM = "application/x-www-form-urlencoded"


def request(
    url: str = "http://app.example/x", body: bytes = b"", kind: str = JSON, method: str = "POST"
) -> Exchange:
    return Exchange(method, url, {"content-type": [kind]}, body)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (request("http://app.example/x?a=1&b=2"), request("http://app.example/x?b=2&a=1")),
        (request("http://APP.example:80/x"), request("http://app.example/x")),
        (request("http://app.example"), request("http://app.example/")),
        (request("http://app.example/a%7Eb"), request("http://app.example/a~b")),
        (request(body=b'{"a": 1, "b": [2]}'), request(body=b'{"b":[2],"a":1}')),
        (request(body=b'{"a":1,"b":2}', kind=VENDOR), request(body=b'{"b":2,"a":1}', kind=VENDOR)),
        (request(body=b"a=1&b=%20", kind=FORM), request(body=b"b=+&a=1", kind=FORM)),
        (
            request(body=b"--x1\r\nhello\r\n--x1--", kind="multipart/form-data; boundary=x1"),
            request(body=b"--y2\r\nhello\r\n--y2--", kind='multipart/form-data; boundary="y2"'),
        ),
        (request(body=b"{broken"), request(body=b"{broken")),
    ],
    ids=["query", "host", "root", "percent", "json", "vendor", "form", "multipart", "no json"],
)
def test_equal(one: Exchange, other: Exchange) -> None:
    assert canonical(one) == canonical(other)
    assert differences(canonical(one), canonical(other)) == []


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        (request(method="GET"), request(), "method: 'GET', recorded 'POST'"),
        (
            request("https://app.example:80/x"),
            request(),
            "scheme: 'https', recorded 'http'",
        ),
        (request("http://app.test/x"), request(), "host: 'app.test', recorded 'app.example'"),
        (request("http://app.example:81/x"), request(), "port: 81, recorded 80"),
        (request("http://app.example/y"), request(), "path: '/y', recorded '/x'"),
        (request("http://app.example/x?a="), request(), "query a: '', recorded nothing"),
        (request(body=b'{"a": 1}'), request(body=b'{"a": "1"}'), "body.a: 1, recorded '1'"),
        (request(body=b'{"a": 1}'), request(body=b'{"a": 1.0}'), "body.a: 1, recorded 1.0"),
        (request(body=b'{"a": 1}'), request(body=b'{"a": true}'), "body.a: 1, recorded True"),
        (request(body=b'{"a": 1}'), request(body=b"{}"), "body.a: 1, recorded without it"),
        (request(body=b"{}"), request(body=b'{"a": 1}'), "body.a: missing, recorded 1"),
        (request(body=b"[1, 2]"), request(body=b"[1]"), "body: 2 items, recorded 1"),
        (
            request(body=b'[{"a": {"b": 1}}]'),
            request(body=b'[{"a": {"b": 2}}]'),
            "body[0].a.b: 1, recorded 2",
        ),
        (
            request(body=b"a=1&a=2", kind=FORM),
            request(body=b"a=1", kind=FORM),
            "body a: ['1', '2'], recorded '1'",
        ),
        (request(body=b"x"), request(), "body: 'x', recorded nothing"),
    ],
)
def test_different(one: Exchange, other: Exchange, difference: str) -> None:
    assert differences(canonical(one), canonical(other)) == [difference]


def test_headers_do_not_count() -> None:
    one = Exchange("GET", "http://app.example/x", {"Authorization": ["Bearer one"]})
    other = Exchange("GET", "http://app.example/x", {"User-Agent": ["other"]})

    assert canonical(one) == canonical(other)


def test_the_nearest_is_the_one_of_the_same_place_that_differs_least() -> None:
    wanted = canonical(request(body=b'{"a": 1, "b": 2}'))
    near = canonical(request(body=b'{"a": 1, "b": 3}'))
    far = canonical(request(body=b'{"a": 4, "b": 5}'))
    elsewhere = canonical(request("http://other.example/x", body=b'{"a": 1, "b": 2}'))

    assert nearest(wanted, [elsewhere, far, near]) == near
    assert nearest(wanted, []) is None


def test_a_large_body_is_shown_in_part() -> None:
    one = canonical(request(body=b"[" + b",".join([b"1"] * 100) + b"]"))
    other = canonical(request(body=b"[" + b",".join([b"2"] * 100) + b"]"))

    lines = differences(one, other)

    assert len(lines) == 13
    assert lines[-1] == "and 88 more"
