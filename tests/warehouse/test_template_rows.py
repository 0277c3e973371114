"""A sync with a template: what its rows hold, and when a record counts as changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from devsession.errors import DataError
from devsession.plugin.mapping import StoredJinjaTemplate
from devsession.plugin.strategies import UPSERT
from devsession.warehouse.store import Store
from tests.warehouse.syncs import Source, Syncing, all_of

if TYPE_CHECKING:
    from devsession.warehouse import Account

COLUMNS = {
    "ID": "number",
    "Full Name": "varchar",
    "BORN": "date",
    "ACTIVE": "boolean",
    "SCORE": "float",
    "MORE": "variant",
}
ADA = [1, "Ada Lovelace", "1815-12-10", True, 1.5, {"tags": ["a"], "none": None}]
GRACE = [2, None, None, None, None, None]


@pytest.fixture
def people(account: Account) -> Source:
    return Source(account, "PEOPLE", COLUMNS).holds(ADA, GRACE)


def templated(people: Source, template: str, slug: str = "", **columns: str) -> Syncing:
    """A sync that nobody else uses."""
    saved = Store(people.account).save_sync(
        slug or uuid4().hex,
        source=people.name,
        identifier="ID",
        strategy="Upsert",
        field_mappings=StoredJinjaTemplate(
            jinja_template=template, additional_column_expressions=columns
        ),
    )
    return Syncing(people.account, saved.record, UPSERT)


def rows_of(sync: Syncing) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = all_of(sync.stage())["TRANSFORMED_RECORD"].tolist()
    return rows


def test_a_row_has_all_columns_as_json_has_them_and_nulls(people: Source) -> None:
    ada, grace = rows_of(templated(people, "{{ row.ID }}"))

    assert ada == {
        "ID": 1,
        "Full Name": "Ada Lovelace",
        "BORN": "1815-12-10",
        "ACTIVE": True,
        "SCORE": 1.5,
        "MORE": {"tags": ["a"], "none": None},
    }
    assert grace == {**dict.fromkeys(COLUMNS), "ID": 2}


def test_columns_are_made_for_it_besides(people: Source) -> None:
    sync = templated(
        people, "{{ row.first }}", first="split_part(\"Full Name\", ' ', 1)", two="1+1"
    )

    assert [(row["first"], row["two"]) for row in rows_of(sync)] == [("Ada", 2), (None, 2)]


def test_a_preview_has_the_same_rows(people: Source) -> None:
    sync = templated(people, "{{ row.ID }}", two="1+1")

    sample = sync.engine.sample(sync.record, records=2)

    assert sample["TRANSFORMED_RECORD"].tolist() == rows_of(sync)


def test_what_succeeded_is_not_offered_again(people: Source) -> None:
    sync = templated(people, "{{ row.ID }}")

    sync.succeed()

    assert sync.offered() == {}


def test_a_column_that_changes_makes_a_changed_record(people: Source) -> None:
    sync = templated(people, "{{ row.ID }}")
    sync.succeed()

    people.holds([*ADA[:4], 1.75, ADA[5]], GRACE)

    assert sync.offered() == {"1": "Update"}


def test_another_template_makes_other_records(people: Source) -> None:
    sync = templated(people, "{{ row.ID }}")
    sync.succeed()

    sync.record = replace(
        sync.record, field_mappings=StoredJinjaTemplate(jinja_template="no. {{ row.ID }}")
    )

    assert sync.offered() == {"1": "Update", "2": "Update"}


@pytest.mark.parametrize("sql", ["NO_SUCH_COLUMN", 'to_number("Full Name")'])
def test_sql_that_the_warehouse_refuses_names_the_column(people: Source, sql: str) -> None:
    sync = templated(people, "{{ row.bad }}", slug="people", good="ID + 1", bad=sql)

    with pytest.raises(DataError) as caught:
        sync.plan()

    assert caught.value.fields["field"] == "bad"
    assert caught.value.what == "extra column 'bad' cannot be filled"


def test_a_template_is_remembered(people: Source) -> None:
    sync = templated(people, "{{ row.two }}\n{# ä #}", two="1+1")

    stored = sync.store.sync(sync.record.slug).field_mappings

    assert stored == sync.record.field_mappings


def test_saving_it_again_changes_nothing(people: Source) -> None:
    sync = templated(people, "{{ row.ID }}")

    saved = sync.store.save_sync(sync.record.slug, field_mappings=sync.record.field_mappings)

    assert saved.changes == {}
