"""A request that is sent again with something changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import UsageError
from devsession.recording.changed_request import Changes
from devsession.recording.exchange import Exchange

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

SENT = Exchange(
    "POST",
    "http://app.example/x?page=1&page=2&q=%C3%BC#top",
    {
        "Accept": ["*/*"],
        "content-type": ["application/vnd.api+json"],
        "Content-Length": ["8"],
        "Host": ["app.example"],
    },
    b'{"a": 1}',
    status=200,
    response_body=b"{}",
)


def test_unchanged_it_is_the_same_request_without_an_answer() -> None:
    again = Changes().applied(SENT)

    assert (again.method, again.url, again.request_body) == (
        SENT.method,
        SENT.url,
        SENT.request_body,
    )
    assert again.request_headers == {
        "Accept": ["*/*"],
        "content-type": ["application/vnd.api+json"],
    }
    assert again.status is None


@pytest.mark.parametrize(
    ("data", "body", "content_type"),
    [
        ({"data": b"raw"}, b"raw", "application/vnd.api+json"),
        ({"data": "ü"}, b"\xc3\xbc", "application/vnd.api+json"),
        ({"data": {"a": ["1", 2], "b": "x y"}}, b"a=1&a=2&b=x+y", "application/x-www-form-urlencoded"),
        ({"json": {"ü": None}}, '{"ü": null}'.encode(), "application/vnd.api+json"),
        ({"json": []}, b"[]", "application/vnd.api+json"),
        ({"json": 0, "headers": {"Content-Type": "text/plain"}}, b"0", "text/plain"),
    ],
)  # fmt: skip
def test_another_body(data: dict[str, Any], body: bytes, content_type: str) -> None:
    again = Changes(**data).applied(SENT)
    headers = {name.lower(): values for name, values in again.request_headers.items()}

    assert again.request_body == body
    assert headers["content-type"] == [content_type]


def test_json_instead_of_a_form_has_its_content_type() -> None:
    form = Exchange("POST", "http://app.example/x", {"Content-Type": ["text/plain"]}, b"a")

    assert Changes(json={}).applied(form).request_headers == {"Content-Type": ["application/json"]}


def test_another_query() -> None:
    again = Changes(params={"page": None, "new": ["a b", "c"]}).applied(SENT)

    assert again.url == "http://app.example/x?q=%C3%BC&new=a+b&new=c#top"


def test_other_headers() -> None:
    again = Changes(headers={"accept": None, "X-New": "1"}).applied(SENT)

    assert again.request_headers == {
        "content-type": ["application/vnd.api+json"],
        "X-New": ["1"],
    }


@pytest.mark.parametrize(
    "changes",
    [
        Changes(json={}, data=""),
        Changes(json={"a": object()}),
        Changes(json=float("nan")),
        Changes(data=7),  # type: ignore[arg-type]
    ],
    ids=["two bodies", "no JSON", "NaN", "a number"],
)
def test_what_makes_no_request(changes: Changes, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(UsageError) as error:
        changes.applied(SENT)

    assert str(error.value) == snapshot
