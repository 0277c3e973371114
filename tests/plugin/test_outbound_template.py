"""get_records of a sync with a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pandas import DataFrame

from devsession.errors import TemplateError
from devsession.plugin.outbound import RECORD_COLUMNS, FrameRecords, OutboundSyncRequest
from devsession.plugin.template import RecordTemplate

if TYPE_CHECKING:
    from devsession.plugin.outcomes import Outcomes

ROWS = [
    ("1", None, "Create", {"NAME": "Ada", "N": 2}, None, None),
    ("2", "a2", "Update", {"NAME": "Bo", "N": 0}, {"NAME": "Bob", "N": 0}, {"error": "no"}),
    ("3", "a3", "Delete", None, {"NAME": "Cy", "N": 1}, None),
    ("4", "a4", "Update", {"NAME": "Di", "N": 4}, {"NAME": "Di", "N": 3}, None),
]
DIVIDES = "{{ row.NAME }} {{ 4 // row.N }}"


def request(template: str, **options: Any) -> OutboundSyncRequest:
    store = FrameRecords(DataFrame(ROWS, columns=list(RECORD_COLUMNS), dtype=object))
    return OutboundSyncRequest(store, template=lambda: RecordTemplate(template), **options)


def test_records_are_text_and_a_gone_one_has_none() -> None:
    records = request("Hello {{ row.NAME }}").get_records()

    assert records["TRANSFORMED_RECORD"].tolist() == ["Hello Ada", "Hello Bo", None, "Hello Di"]


def test_the_previous_record_stays_a_row() -> None:
    previous = request("{{ row.NAME }}").get_records()["TRANSFORMED_RECORD_PREVIOUS"].tolist()

    assert previous == [
        None,
        {"NAME": "Bob", "N": 0},
        {"NAME": "Cy", "N": 1},
        {"NAME": "Di", "N": 3},
    ]


def test_rows_can_be_had_instead() -> None:
    records = request(DIVIDES).get_records(render_jinja=False)

    assert records["TRANSFORMED_RECORD"].tolist() == [row[3] for row in ROWS]


def test_sorted_and_by_action() -> None:
    records = request("{{ row.NAME }}").get_records("Update", sort_column="IDENTIFIER")

    assert records["TRANSFORMED_RECORD"].tolist() == ["Di", "Bo"]


def test_text_that_looks_like_json_stays_text() -> None:
    records = request('{"name": "{{ row.NAME }}"}').get_records("Create")

    assert records["TRANSFORMED_RECORD"].tolist() == ['{"name": "Ada"}']


def test_a_batch_is_rendered_when_it_is_read() -> None:
    batches = request(DIVIDES, batch_size=1).get_records(batched=True)

    assert next(batches)["TRANSFORMED_RECORD"].tolist() == ["Ada 2"]
    with pytest.raises(TemplateError, match="cannot render the record '2'"):
        next(batches)


def test_a_run_goes_on_without_the_records_that_cannot_be_rendered() -> None:
    failed: list[Outcomes] = []

    records = request(DIVIDES, unrendered=failed.append).get_records()

    assert records["TRANSFORMED_RECORD"].tolist() == ["Ada 2", None, "Di 1"]
    assert records["IDENTIFIER"].tolist() == ["1", "3", "4"]
    (outcomes,) = failed
    assert outcomes.to_frame()[["IDENTIFIER", "SUCCESS", "RESULT"]].values.tolist() == [
        [
            "2",
            False,
            {
                "error": "template, line 1, column 1: ZeroDivisionError: "
                "integer division or modulo by zero"
            },
        ]
    ]
