"""The HTTP timeline of a scenario."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from devsession.notebook.timeline import Timeline
from tests.notebook.conftest import Exchange

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

EXCHANGES = [
    Exchange(url="http://sandbox.test/contacts?page=2"),
    Exchange(method="POST", url="http://sandbox.test/contacts/bulk", status=422, reason="Invalid"),
    Exchange(status=None, reason="", problem="no answer: timed out", seconds=3.4),
]


def test_text_and_picture(snapshot: SnapshotAssertion) -> None:
    assert repr(Timeline(EXCHANGES)) == snapshot(name="text")
    assert Timeline(EXCHANGES)._repr_html_() == snapshot(name="html")


def test_without_requests() -> None:
    assert repr(Timeline([])) == "HTTP timeline: 0 requests"
    assert "0 requests" in Timeline([])._repr_html_()


def test_two_runs_that_differ_by_less_than_a_second_look_the_same() -> None:
    slower = [replace(exchange, seconds=exchange.seconds + 0.5) for exchange in EXCHANGES]

    assert repr(Timeline(slower)) == repr(Timeline(EXCHANGES))
    assert Timeline(slower)._repr_html_() == Timeline(EXCHANGES)._repr_html_()


def test_a_tape_looks_like_the_app() -> None:
    replayed = [replace(exchange, from_tape=True) for exchange in EXCHANGES]

    assert repr(Timeline(replayed)) == repr(Timeline(EXCHANGES))
    assert Timeline(replayed)._repr_html_() == Timeline(EXCHANGES)._repr_html_()


def test_hosts_are_told_apart_when_there_are_several() -> None:
    timeline = Timeline([Exchange(), Exchange(url="http://login.test/token")])

    assert "login.test/token" in repr(timeline)


def test_a_long_one_is_cut_and_says_so() -> None:
    timeline = Timeline([Exchange()] * 120)

    assert repr(timeline).endswith("and 20 more requests")
    assert "and 20 more requests" in timeline._repr_html_()


def test_paths_are_escaped() -> None:
    html = Timeline([Exchange(url="http://sandbox.test/<b>?q=<i>")])._repr_html_()

    assert "/&lt;b&gt;?q=&lt;i&gt;" in html
