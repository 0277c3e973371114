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


def test_without_exchanges() -> None:
    assert repr(Exchanges([])) == "0 exchanges"
