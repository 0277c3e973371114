"""One exchange in full."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from devsession.notebook.shown_exchange import ShownExchange
from tests.notebook.conftest import Exchange

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

REFUSED = Exchange(
    method="POST",
    url="http://sandbox.test/contacts?q=<b>",
    request_headers={"Authorization": ["Bearer REDACTED-api-key"], "User-Agent": ["x"]},
    request_body='{"name":"Zoë <b>"}'.encode(),
    status=422,
    reason="Unprocessable Entity",
    response_headers={"Date": ["now"], "Retry-After": ["2"], "CF-Ray": ["1"], "Set-Cookie": ["a", "b"]},
    response_body=b'{"error":"taken"}',
    seconds=3.2,
    from_tape=True,
)  # fmt: skip


def test_text_and_html(snapshot: SnapshotAssertion) -> None:
    assert repr(ShownExchange(REFUSED)) == snapshot(name="text")
    assert ShownExchange(REFUSED)._repr_html_() == snapshot(name="html")


def test_without_an_answer_there_is_nothing_that_came_back(snapshot: SnapshotAssertion) -> None:
    silent = Exchange(status=None, reason="", problem="no answer: timed out")

    assert repr(ShownExchange(silent)) == snapshot


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"", "(no body)"),
        (b"\x89PNG\xff", "(5 bytes that are not text)"),
        (b"<html>Bad gateway</html>", "<html>Bad gateway</html>"),
        (b"x" * 5_200, "… 1,200 more characters"),
        (b"[" * 5_001, "… 1,001 more characters"),
        (b'{"a":"' + b"x" * 10_000_000 + b'"}', "… 9,996,008 more characters"),
    ],
    ids=["empty", "binary", "html", "long", "json that is too deep", "huge"],
)
def test_bodies(body: bytes, shown: str) -> None:
    text = repr(ShownExchange(replace(REFUSED, response_body=body)))

    assert shown in text
    assert len(text) < 5_000
