"""`scenario.http`: the exchanges as a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.notebook.exchanges import Exchanges
from tests.notebook.conftest import Exchange

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

CALLED = Exchange()
REPLAYED = Exchange(method="POST", status=422, reason="<Invalid>", from_tape=True)


def test_it_is_a_sequence_of_exchanges() -> None:
    exchanges = Exchanges([CALLED, REPLAYED])

    assert len(exchanges) == 2
    assert exchanges[-1] is REPLAYED
    assert list(exchanges[:1]) == [CALLED]


def test_it_tells_the_app_from_the_tape(snapshot: SnapshotAssertion) -> None:
    exchanges = Exchanges([CALLED, REPLAYED])

    assert repr(exchanges) == snapshot(name="text")
    assert exchanges._repr_html_() == snapshot(name="html")


def test_equal_requests_are_told_apart_by_what_was_sent() -> None:
    exchanges = Exchanges(
        [
            Exchange(method="POST", request_body=b'{"row": {"id": 1}}'),
            Exchange(method="POST", request_body=b'{"row": {"id": 2, "note": "' + b"n" * 500),
            Exchange(method="POST", request_body=b"\x00\x01"),
        ]
    )

    assert [line.split("contacts  ")[1] for line in repr(exchanges).splitlines()[2:]] == [
        '{"row": {"id": 1}}                        200 OK  app',
        '{"row": {"id": 2, "note": "nnnnnnnnnnnn…  200 OK  app',
        "                                          200 OK  app",
    ]


def test_of_a_long_url_both_ends_are_shown() -> None:
    url = f"http://chat.test/_matrix/client/v3/rooms/{'r' * 80}/send/m.room.message/contact-1"

    assert "http://chat.test/_matrix/c…" in repr(Exchanges([Exchange(url=url)]))
    assert "/send/m.room.message/contact-1  " in repr(Exchanges([Exchange(url=url)]))


def test_without_exchanges() -> None:
    assert repr(Exchanges([])) == "0 exchanges"


def test_those_that_failed_keep_their_numbers() -> None:
    failed = Exchanges([CALLED, REPLAYED, CALLED, Exchange(status=None)]).failed

    assert list(failed) == [REPLAYED, Exchange(status=None)]
    assert [line.split()[0] for line in repr(failed).splitlines()[2:]] == ["1", "3"]


def test_a_long_one_is_cut_and_says_so() -> None:
    exchanges = Exchanges([Exchange(url="http://sandbox.test/" + "x" * 500)] * 10_000)

    assert repr(exchanges).endswith(
        "x        200 OK  app\nand 9,900 more exchanges: [100:], .failed"
    )
    assert "and 9,900 more exchanges" in exchanges._repr_html_()
    assert len(repr(exchanges)) < 20_000
    assert repr(exchanges[100:102]).splitlines()[2].startswith("100")
