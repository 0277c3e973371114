"""The exchange under the error of a failing cell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from devsession.notebook.failing_cell import FailedExchange, show_last_exchange
from tests.notebook.conftest import Exchange

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

REFUSED = Exchange(
    method="POST",
    url="http://sandbox.test/contacts/bulk",
    request_body=b'[{"email":"a@x.test"}]',
    status=422,
    reason="Unprocessable Entity",
    response_body='{"error":"<b>email</b> schon vergeben: ü"}'.encode(),
)


def test_it_is_whole(snapshot: SnapshotAssertion) -> None:
    assert repr(FailedExchange(REFUSED, of=3)) == snapshot(name="text")
    assert FailedExchange(REFUSED, of=3)._repr_html_() == snapshot(name="html")


def test_without_an_answer_it_says_why(snapshot: SnapshotAssertion) -> None:
    unreachable = Exchange(
        status=None, reason="", problem="no answer: connection refused", seconds=4.2
    )

    assert repr(FailedExchange(unreachable)) == snapshot


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"", "(no body)"),
        (b"\x89PNG\xff", "(5 bytes that are not text)"),
        (b"<html>Bad gateway</html>", "<html>Bad gateway</html>"),
        (b"x" * 5_200, "… 1,200 more characters"),
        (b"[" * 5_001, "… 1,001 more characters"),
    ],
    ids=["empty", "binary", "html", "long", "json that is too deep"],
)
def test_bodies_that_are_not_json(body: bytes, shown: str) -> None:
    assert shown in repr(FailedExchange(replace(REFUSED, response_body=body)))


@pytest.mark.parametrize(
    ("failed", "exchanges"), [(False, [REFUSED]), (True, [])], ids=["no error", "no request"]
)
def test_nothing_is_shown_without_both_an_error_and_a_request(
    failed: bool, exchanges: list[Exchange], capsys: pytest.CaptureFixture[str]
) -> None:
    show_last_exchange(exchanges, failed=failed)

    assert capsys.readouterr().out == ""


def test_the_last_exchange_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    show_last_exchange([Exchange(), REFUSED], failed=True)

    assert "POST http://sandbox.test/contacts/bulk" in capsys.readouterr().out


def test_a_tape_looks_like_the_app() -> None:
    assert repr(FailedExchange(replace(REFUSED, from_tape=True))) == repr(FailedExchange(REFUSED))
