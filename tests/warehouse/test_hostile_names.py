"""No name changes what a statement means: slugs, tables, columns, fields of the app, strategies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pandas import DataFrame

from devsession.plugin.strategies import OutboundSyncStrategy
from devsession.warehouse import quoted
from devsession.warehouse.failures import failures_of
from devsession.warehouse.tables import load_table
from tests.warehouse.names import PRESENT
from tests.warehouse.syncs import Source, Syncing, all_of, answers
from tests.warehouse.watched import Watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from devsession.warehouse import Account

FEW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def account(opened: Callable[[], Account]) -> Iterator[Any]:
    """The warehouse with a table that no statement of these tests is to touch."""
    account = opened()
    account.execute("create or replace table PUBLIC.CANARY as select 1 as ID")
    yield account
    account.close()


@pytest.fixture
def watched(account: Account) -> Watched:
    return Watched(account)


NAMES = st.lists(PRESENT, min_size=6, max_size=6, unique_by=lambda name: name.strip().upper())


@FEW
@given(names=NAMES)
@example(names=['a"; drop table CANARY; --', "a'; drop table CANARY; --", "\\", "\\'", '"', "$$"])
def test_a_sync_of_hostile_names_does_what_any_sync_does(names: list[str], account: Any) -> None:
    watched: Any = Watched(account)
    table, identifier, column, field, action, slug = names
    strategy = OutboundSyncStrategy(name=action, new=action, changed="Update")
    source = Source(watched, table, {identifier: "number", column: "varchar"})
    source.holds([1, "a"], [2, "b"])
    watched.statements.clear()

    sync = Syncing.of(
        source,
        {field: column},
        identifier=identifier,
        slug=f"{slug} {uuid4().hex}",
        strategy=strategy,
    )
    plan = sync.plan().actions
    sample = sync.engine.sample(sync.record, records=1)["TRANSFORMED_RECORD"].tolist()
    stage = sync.stage()
    offered = all_of(stage)
    stage.apply(answers(["1"]))
    stage.apply(answers(["2"], success=False, error="no"))
    failures = failures_of(watched, sync.record)

    assert plan == {action: 2, "Update": 0}
    assert sample == [{field: "a"}]
    assert offered["TRANSFORMED_RECORD"].tolist() == [{field: "a"}, {field: "b"}]
    assert set(offered["SYNC_ACTION"]) == {action}
    assert failures["IDENTIFIER"].tolist() == ["2"]
    assert sync.store.sync(sync.record.slug).field_mappings == sync.record.field_mappings
    assert watched.counts == {1}
    assert account.rows("select ID from PUBLIC.CANARY") == [(1,)]


@FEW
@given(names=st.lists(PRESENT, min_size=2, max_size=2, unique_by=lambda name: name.strip().upper()))
def test_a_loaded_table_has_the_columns_of_its_frame(names: list[str], account: Any) -> None:
    watched: Any = Watched(account)
    frame = DataFrame([[1, "'; drop table CANARY; --"]], columns=names)

    loaded = load_table(watched, "HOSTILE", frame, replace=True)
    samples = account.frame("select * from PUBLIC.HOSTILE")

    assert samples.to_numpy().tolist() == [[1, "'; drop table CANARY; --"]]
    assert len(loaded.columns) == 2
    assert watched.counts == {1}
    assert account.rows("select ID from PUBLIC.CANARY") == [(1,)]


@pytest.mark.parametrize("name", ["Customer's name", "x', 1, 1); drop table PUBLIC.CANARY; --"])
def test_an_apostrophe_in_a_heading_is_part_of_a_name(name: str, account: Account) -> None:
    load_table(account, "HEADINGS", DataFrame({name: ["Ada"]}), replace=True)

    assert account.rows(f"select {quoted(name)} from PUBLIC.HEADINGS") == [("Ada",)]
    assert account.rows("select ID from PUBLIC.CANARY") == [(1,)]


def test_an_apostrophe_in_a_tables_comment_is_part_of_it(account: Account) -> None:
    account.execute("create or replace table PUBLIC.\"It's\" (A int) comment = 'the app''s'")

    assert account.rows('select count(*) from PUBLIC."It\'s"') == [(0,)]


def test_the_watch_sees_a_name_that_breaks_out(watched: Any) -> None:
    name = 'CANARY"; select 1; --'

    watched.rows(f"select 1 as {quoted(name)}")
    assert watched.counts == {1}
    watched.statements.append(f'select 1 as "{name}"')
    assert watched.counts == {1, 3}
