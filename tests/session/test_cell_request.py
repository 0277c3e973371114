"""What cells enqueue comes once, however often they are run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import StreamError
from devsession.plugin import StoredStreamConfiguration, StreamConfiguration
from devsession.plugin.inbound import InboundSyncRequest
from devsession.session.cell_request import CellRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.plugin.stream_store import StreamStore

STREAM = StoredStreamConfiguration(
    stream_name="people",
    sync_strategy="Incremental",
    storage_behaviour="merge",
    stream=StreamConfiguration(
        stream_name="people",
        supported_sync_strategies=["Incremental"],
        source_defined_primary_key="id",
        default_cursor_field="n",
    ),
)
LIMIT = 5


class Notebook:
    """A request, and the cells that run: each by its text, with a number of its own."""

    def __init__(self) -> None:
        self._number = 0
        self._text = ""
        self.request = CellRequest(self._make, lambda: (self._text, self._number))

    def cell(self, text: str) -> CellRequest:
        """A cell with this text begins."""
        self._text, self._number = text, self._number + 1
        return self.request

    def came(self) -> list[str | None]:
        """The keys of what came so far."""
        records = self.request.received()[0].streams.get("people")
        return [each.key for each in records.records] if records else []

    def _make(self, store: StreamStore) -> InboundSyncRequest:
        return InboundSyncRequest([STREAM], store, limit=LIMIT)


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


def rows(ids: Sequence[int]) -> list[dict[str, int]]:
    return [{"id": each} for each in ids]


def test_a_cell_that_is_run_again_replaces_what_it_enqueued(notebook: Notebook) -> None:
    notebook.cell("one").enqueue_results("people", rows([1, 2]), {"n": 1})
    notebook.cell("two").enqueue_results("people", rows([3]), {"n": 2})
    before = notebook.came()
    notebook.cell("one").enqueue_results("people", rows([1, 4]), {"n": 1})

    assert before == ["1", "2", "3"]
    assert notebook.came() == ["1", "4", "3"]


def test_pages_of_one_cell_stand_behind_each_other(notebook: Notebook) -> None:
    request = notebook.cell("loop")
    request.enqueue_results("people", rows([1]), {"n": 1})
    request.enqueue_results("people", rows([2]), {"n": 2})

    received, report = request.received()
    assert notebook.came() == ["1", "2"]
    assert received.states == {"people": {"n": 2}}
    assert [each.rule for each in report.findings] == ["I13"]


def test_what_is_refused_is_refused_at_once_and_the_mended_cell_is_taken(
    notebook: Notebook,
) -> None:
    with pytest.raises(StreamError, match="I02"):
        notebook.cell("wrong").enqueue_results("people", [{"name": "Ada"}])
    notebook.cell("mended").enqueue_results("people", rows([1]))

    assert notebook.came() == ["1"]


def test_what_an_author_changes_later_is_not_what_came(notebook: Notebook) -> None:
    page = rows([1])
    notebook.cell("one").enqueue_results("people", page)
    page[0]["id"] = 2

    assert notebook.came() == ["1"]


def test_more_than_was_asked_for_is_left_out_and_no_cell_fails(
    notebook: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    request = notebook.cell("loop")
    request.enqueue_results("people", rows(range(4)), {"n": 1})
    request.enqueue_results("people", rows(range(4, 8)), {"n": 2})
    request.enqueue_results("people", rows([9]), {"n": 3})
    first = capsys.readouterr().out

    notebook.cell("loop").enqueue_results("people", rows(range(8)), {"n": 1})

    assert len(notebook.came()) == LIMIT
    assert first == capsys.readouterr().out
    assert first.count("5 records have come") == 1


def test_a_cell_that_runs_again_stands_where_it_stood(
    notebook: Notebook,
) -> None:
    notebook.cell("one").enqueue_results("people", rows([1]), {"n": 1})
    notebook.cell("end").mark_stream_complete("people")
    with pytest.raises(StreamError, match="I12"):
        notebook.cell("late").enqueue_results("people", rows([2]))
    notebook.cell("one").enqueue_results("people", rows([3]), {"n": 1})

    assert notebook.came() == ["3"]


def test_a_cell_whose_state_is_ahead_of_a_later_cell_s_is_told_when_all_is_checked(
    notebook: Notebook,
) -> None:
    notebook.cell("one").enqueue_results("people", rows([1]), {"n": 1})
    notebook.cell("two").enqueue_results("people", rows([2]), {"n": 2})
    notebook.cell("one").enqueue_results("people", rows([1]), {"n": 3})

    _, report = notebook.request.received()
    assert [each.rule for each in report.errors] == ["I05"]
