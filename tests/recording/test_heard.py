"""What a process remembers of its exchanges: all since the newest mark, and some from before it."""

from __future__ import annotations

import pytest

from devsession.recording import heard
from devsession.recording.exchange import Exchange
from devsession.recording.heard import Heard


@pytest.fixture
def remembered(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """Six exchanges; of those before a mark three are kept."""
    monkeypatch.setattr(heard, "_KEPT_BYTES", 3 * (heard._BESIDE + 100))
    remembered = Heard()
    for number in range(6):
        remembered.add(Exchange("GET", f"https://app.test/{number}", response_body=bytes(100)))
    return remembered


def paths(exchanges: list[Exchange]) -> list[str]:
    return [each.url.rpartition("/")[2] for each in exchanges]


def test_all_are_kept_until_a_mark(remembered: Heard) -> None:
    assert paths(remembered.since(0)) == list("012345")
    assert remembered.mark() == 6
    assert paths(remembered.since(0)) == list("345")


def test_numbers_and_marks_mean_the_same_when_others_have_gone(remembered: Heard) -> None:
    mark = remembered.mark()
    with remembered.listening() as numbers:
        number = remembered.add(Exchange("GET", "https://app.test/6"))
    remembered.add(Exchange("GET", "https://app.test/7"))
    remembered.answered(number, Exchange("GET", "https://app.test/six"))
    remembered.update(number, problem="slow")

    assert paths(remembered.those(numbers)) == ["six"]
    assert [each.problem for each in remembered.since(mark)] == ["slow", ""]
    assert paths(remembered.since(4, mark)) == ["4", "5"]
    assert paths(remembered.since(1, 2)) == []


def test_the_answer_to_one_that_has_gone_is_let_go(remembered: Heard) -> None:
    remembered.mark()
    remembered.answered(0, Exchange("GET", "https://app.test/late"))
    remembered.update(1, problem="late")

    assert paths(remembered.those([0, 1, 3])) == ["3"]
    assert paths(remembered.since(0)) == list("345")
