"""The HTTP timeline of a scenario."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from devsession.notebook.pace import paces
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


def at(began: float, **changes: Any) -> Exchange:
    """An exchange of one cell, which began at this second."""
    return Exchange(scope="cell:a", execution=1, began=began, **changes)


class TestPace:
    """Retries, waits, and what was out at once."""

    POLITE = (
        at(0.0),
        at(0.3, method="POST", status=429, reason="Slow", response_headers={"retry-after": ["2"]}),
        at(2.6, method="POST", status=503, reason="Down"),
        at(4.1, method="POST", status=None, reason="", problem="no answer: reset", seconds=2.1),
        at(6.3, method="POST"),
        at(6.6, method="POST"),
    )

    def test_retries_and_waits_are_told(self, snapshot: SnapshotAssertion) -> None:
        assert repr(Timeline(self.POLITE)) == snapshot(name="text")
        assert Timeline(self.POLITE)._repr_html_() == snapshot(name="html")

    def test_less_than_a_second_makes_no_difference(self) -> None:
        later = [
            replace(each, began=(each.began or 0) + 0.05 * number, seconds=each.seconds + 0.04)
            for number, each in enumerate(self.POLITE)
        ]

        assert Timeline(later)._repr_html_() == Timeline(self.POLITE)._repr_html_()

    def test_time_between_two_cells_is_no_wait(self) -> None:
        next_cell = replace(at(60.0), execution=2)

        assert repr(Timeline([at(0.0), next_cell])) == repr(Timeline([Exchange(), Exchange()]))

    def test_the_same_request_in_the_next_run_is_no_retry(self) -> None:
        failed = at(0.0, status=500)

        assert "retry" not in repr(Timeline([failed, replace(at(1.0), execution=2)]))

    def test_another_body_is_no_retry(self) -> None:
        failed = at(0.0, status=500, request_body=b"1")

        assert "retry" not in repr(Timeline([failed, at(0.5, request_body=b"2")]))

    def test_a_date_to_wait_for_is_not_shown(self) -> None:
        dated = at(
            0.0, status=503, response_headers={"Retry-After": ["Sat, 21 Nov 2026 12:00:00 GMT"]}
        )

        assert "Retry-After" not in repr(Timeline([dated]))

    def test_requests_of_threads_lie_beside_each_other(self) -> None:
        together = paces(
            [at(0.0, seconds=3.1), at(0.5, seconds=1.2), at(2.0, seconds=0.2), at(3.2)]
        )

        assert [(pace.start, pace.width) for pace in together] == [(0, 4), (0, 2), (2, 1), (4, 1)]

    def test_without_times_they_come_one_after_the_other(self) -> None:
        assert [pace.start for pace in paces([Exchange(seconds=2.0), Exchange()])] == [0, 3]
