"""The progress of a run under its cell: what a notebook keeps does not tell how long it took."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from devsession.notebook import progress
from devsession.notebook.progress import NotebookProgress

NOTHING = {"text/plain": "", "text/html": ""}


class Place:
    """A place under a cell: all that stood there, one after the other."""

    def __init__(self) -> None:
        self.pictures: list[dict[str, str]] = []

    def update(self, picture: dict[str, str], *, raw: bool) -> None:
        assert raw
        self.pictures.append(picture)


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> list[Place]:
    """Those of a kernel."""
    found: list[Place] = []

    def display(picture: dict[str, str], **_: Any) -> Place:
        found.append(Place())
        found[-1].pictures.append(picture)
        return found[-1]

    monkeypatch.setattr(progress, "running_kernel", object)
    monkeypatch.setattr("IPython.display.display", display)
    return found


def run(monkeypatch: pytest.MonkeyPatch, *, records: int, seconds: float) -> None:
    """A run whose two outcomes come after so many seconds each."""
    clock = count(0, seconds)
    monkeypatch.setattr(progress, "monotonic", lambda: next(clock))
    looks_on = NotebookProgress()
    looks_on.staged({"Create": records}, scanned=records, unchanged=0)
    looks_on.stored([], answered=records // 2, failed=3)
    looks_on.stored([], answered=records, failed=3)
    looks_on.finished(None, None)


def test_a_long_run_is_shown_and_leaves_nothing(
    places: list[Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, records=20_000, seconds=5)

    (place,) = places
    assert [picture["text/plain"] for picture in place.pictures] == [
        "0 of 20,000 records",
        "10,000 of 20,000 records, 2,000 a second, 3 refused, 5 s left",
        "",
    ]
    assert "width:50.0%" in place.pictures[1]["text/html"]
    assert place.pictures[-1] == NOTHING


def test_a_short_run_leaves_the_same(places: list[Place], monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, records=200, seconds=0.01)

    (place,) = places
    assert place.pictures == [NOTHING, NOTHING]


def test_a_run_that_offers_nothing_has_no_place(
    places: list[Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch, records=0, seconds=5)

    assert places == []
