from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devsession.errors import DataError, NotFilledError, SourceError, UnknownNameError, UsageError
from devsession.plugin.mapping import expression
from devsession.plugin.outbound import RECORD_COLUMNS, OutboundSyncRequest
from devsession.plugin.outcomes import Outcomes
from devsession.plugin.strategies import MIRROR
from devsession.warehouse.engine import Engine
from devsession.warehouse.staged import stage_table
from tests.warehouse.syncs import Source, Syncing, all_of, answers

if TYPE_CHECKING:
    from collections.abc import Callable

    from syrupy.assertion import SnapshotAssertion

    from devsession.warehouse import Account

    Opened = Callable[[], Account]

MAPPING = {"email": "EMAIL", "name": "NAME"}
BOTH = ["TRANSFORMED_RECORD", "TRANSFORMED_RECORD_PREVIOUS"]


@pytest.fixture
def contacts(account: Account) -> Source:
    """Three people. The table's name is the same in all tests: error texts show it."""
    source = Source(account, "CONTACTS", {"ID": "number", "EMAIL": "varchar", "NAME": "varchar"})
    return source.holds([2, "b@x.test", "Bo"], [10, "c@x.test", "Cy"], [1, "a@x.test", "Al"])


@pytest.fixture
def sync(contacts: Source) -> Syncing:
    return Syncing.of(contacts, MAPPING)


@pytest.fixture
def named_sync(contacts: Source) -> Syncing:
    """The same, for errors that name it."""
    return Syncing.of(contacts, MAPPING, slug="contacts")


class TestPlan:
    def test_all_is_new_before_the_first_run(self, sync: Syncing) -> None:
        assert str(sync.plan()) == "Create 3, Update 0; 0 records unchanged"

    def test_what_changed_since_its_success_is_an_update(
        self, sync: Syncing, contacts: Source
    ) -> None:
        sync.succeed()
        contacts.holds([1, "new@x.test", "Al"], [2, "b@x.test", "Bo"], [3, "d@x.test", "Di"])

        assert sync.plan().actions == {"Create": 1, "Update": 1}
        assert sync.plan().unchanged == 1

    def test_records_that_are_gone_are_left_alone(self, sync: Syncing, contacts: Source) -> None:
        sync.succeed()
        contacts.holds([1, "a@x.test", "Al"])

        assert str(sync.plan()) == "Create 0, Update 0; 1 record unchanged"

    def test_planning_changes_nothing(self, sync: Syncing, account: Account) -> None:
        sync.plan()

        state = f"DEVSESSION.STATE_{sync.record.id}"
        tables = "select count(*) from INFORMATION_SCHEMA.TABLES where startswith(TABLE_NAME, ?)"
        assert account.rows(f"select count(*) from {state}") == [(0,)]
        assert account.rows(tables, [f"STAGE_{sync.record.id}_"]) == [(0,)]
        assert sync.store.runs(sync.record) == []

    def test_an_empty_source_offers_nothing(self, sync: Syncing, contacts: Source) -> None:
        contacts.holds()

        assert sync.plan().total == 0
        assert sync.offered() == {}


class TestStage:
    def test_records_have_the_columns_of_the_contract(self, sync: Syncing) -> None:
        stage = sync.stage()

        (batch,) = stage.batches(actions=None, size=100)

        assert list(batch.columns) == list(RECORD_COLUMNS)
        assert batch.iloc[0].to_dict() == {
            "IDENTIFIER": "1",
            "APP_IDENTIFIER": None,
            "SYNC_ACTION": "Create",
            "TRANSFORMED_RECORD": {"email": "a@x.test", "name": "Al"},
            "TRANSFORMED_RECORD_PREVIOUS": None,
            "RESULT": None,
        }

    def test_an_update_knows_what_the_app_holds(self, sync: Syncing, contacts: Source) -> None:
        stage = sync.stage()
        stage.apply(answers(["1"], app_identifier="A1", url="https://a.test/1"))
        contacts.holds([1, None, "Al"])

        record = all_of(sync.stage()).iloc[0]

        assert record["SYNC_ACTION"] == "Update"
        assert record["APP_IDENTIFIER"] == "A1"
        assert record["TRANSFORMED_RECORD"] == {"email": None, "name": "Al"}
        assert record["TRANSFORMED_RECORD_PREVIOUS"] == {"email": "a@x.test", "name": "Al"}
        assert record["RESULT"] == {"url": "https://a.test/1"}

    def test_numbers_are_in_the_order_of_numbers(self, sync: Syncing) -> None:
        assert all_of(sync.stage())["IDENTIFIER"].tolist() == ["1", "2", "10"]

    def test_a_part_of_a_run_is_its_first_records(self, sync: Syncing) -> None:
        assert all_of(sync.stage(records=2))["IDENTIFIER"].tolist() == ["1", "2"]

    def test_a_batch_is_at_most_so_large(self, sync: Syncing) -> None:
        sizes = [len(batch) for batch in sync.stage().batches(actions=None, size=2)]

        assert sizes == [2, 1]

    def test_a_batch_can_be_larger_than_what_is_read_at_once(
        self, sync: Syncing, contacts: Source
    ) -> None:
        contacts.holds(*([number, None, None] for number in range(25_000)))
        stage = sync.stage()

        sizes = [len(batch) for batch in stage.batches(actions=None, size=12_000)]
        small = [len(batch) for batch in stage.batches(actions=None, size=9_000)]

        assert sizes == [12_000, 12_000, 1_000]
        assert small == [9_000, 9_000, 7_000]

    def test_records_of_one_action_alone(self, sync: Syncing, contacts: Source) -> None:
        sync.succeed()
        contacts.holds([1, None, None], [2, "b@x.test", "Bo"], [3, None, None], [4, None, None])

        (updates,) = sync.stage().batches(actions=["Update"], size=100)

        assert updates["IDENTIFIER"].tolist() == ["1"]
        assert sync.stage().actions == {"Create": 2, "Update": 1}

    def test_the_source_may_change_meanwhile(self, sync: Syncing, contacts: Source) -> None:
        stage = sync.stage()
        contacts.holds([1, "later@x.test", "Al"])

        assert all_of(stage)["TRANSFORMED_RECORD"].iloc[0]["email"] == "a@x.test"

    def test_a_staged_run_is_found_by_another_session(self, sync: Syncing, opened: Opened) -> None:
        run = sync.store.start_run(sync.record)
        sync.engine.stage(sync.record, run, sync.strategy)
        account = opened()

        stage = Engine(account).staged(sync.record, run)

        assert stage.actions == {"Create": 3}
        account.close()

    def test_a_sample_is_as_it_would_be_sent(self, sync: Syncing) -> None:
        sample = sync.engine.sample(sync.record, records=2)

        assert sample["IDENTIFIER"].tolist() == ["1", "2"]
        assert sample["TRANSFORMED_RECORD"].iloc[1] == {"email": "b@x.test", "name": "Bo"}

    def test_a_plugin_reads_and_answers_a_staged_run(self, sync: Syncing) -> None:
        request = OutboundSyncRequest(sync.stage())
        batch = request.get_records()
        outcomes = Outcomes(batch)
        outcomes.ok("1", "A1")
        outcomes.fail("2", "email already taken")

        request.enqueue_results(outcomes)

        assert sync.offered() == {"2": "Create", "10": "Create"}


class TestOutcomes:
    def test_what_succeeded_is_not_offered_again(self, sync: Syncing) -> None:
        sync.succeed()

        assert sync.offered() == {}

    def test_what_failed_is_offered_again_with_its_error(self, sync: Syncing) -> None:
        sync.stage().apply(answers(["1"], success=False, error="email already taken"))

        record = all_of(sync.stage()).iloc[0]

        assert record["SYNC_ACTION"] == "Create"
        assert record["RESULT"] == {"error": "email already taken"}

    def test_a_failed_update_is_offered_again_as_an_update(
        self, sync: Syncing, contacts: Source
    ) -> None:
        sync.succeed()
        contacts.holds([1, "new@x.test", "Al"])
        sync.stage().apply(answers(["1"], success=False, error="down"))

        record = all_of(sync.stage()).iloc[0]

        assert record["SYNC_ACTION"] == "Update"
        assert record["TRANSFORMED_RECORD_PREVIOUS"] == {"email": "a@x.test", "name": "Al"}

    def test_what_failed_is_offered_even_if_its_change_is_undone(
        self, sync: Syncing, contacts: Source
    ) -> None:
        sync.succeed()
        contacts.holds([1, "new@x.test", "Al"])
        sync.stage().apply(answers(["1"], success=False, error="timed out"))
        contacts.holds([1, "a@x.test", "Al"])

        assert sync.offered() == {"1": "Update"}

    def test_an_app_identifier_is_kept_when_an_outcome_has_none(
        self, sync: Syncing, contacts: Source
    ) -> None:
        sync.stage().apply(answers(["1"], app_identifier="A1"))
        contacts.holds([1, "new@x.test", "Al"])
        sync.stage().apply(answers(["1"]))
        contacts.holds([1, "newer@x.test", "Al"])

        assert all_of(sync.stage())["APP_IDENTIFIER"].tolist() == ["A1"]

    def test_the_last_outcome_counts(self, sync: Syncing) -> None:
        stage = sync.stage()
        stage.apply(answers(["1", "2"], success=False, error="busy"))
        stage.apply(answers(["1"]))

        assert sync.offered() == {"2": "Create", "10": "Create"}

    def test_a_failure_after_a_success_leaves_all_as_before_the_run(self, contacts: Source) -> None:
        sync = Syncing.of(contacts, {"email": "EMAIL"}, strategy=MIRROR)
        sync.stage().apply(answers(["1", "2"], app_identifier="A"))
        contacts.holds([1, "new@x.test", "Al"], [10, "z@x.test", "Zoe"])

        stage = sync.stage()
        stage.apply(answers(["1", "2", "10"], app_identifier="A"))
        stage.apply(answers(["1", "2", "10"], success=False, error="taken back"))

        again = all_of(sync.stage())
        actions = dict(zip(again["IDENTIFIER"], again["SYNC_ACTION"], strict=True))
        assert actions == {"1": "Update", "2": "Delete", "10": "Create"}
        assert again["APP_IDENTIFIER"].tolist() == ["A", "A", "A"]

    def test_outcomes_are_kept_as_they_come(
        self, sync: Syncing, contacts: Source, opened: Opened
    ) -> None:
        sync.stage().apply(answers(["2"]))
        contacts.account.close()  # The run is neither finished nor discarded, as if killed.

        account = opened()

        assert Syncing(account, sync.record, sync.strategy).offered() == {
            "1": "Create",
            "10": "Create",
        }
        account.close()

    def test_outcomes_of_records_that_were_not_offered_are_let_go(self, sync: Syncing) -> None:
        sync.stage().apply(answers(["77"]))

        assert sync.plan().actions == {"Create": 3, "Update": 0}

    def test_more_outcomes_than_one_statement_takes(self, sync: Syncing, contacts: Source) -> None:
        contacts.holds(*([number, None, None] for number in range(10_500)))
        stage = sync.stage()

        stage.apply(answers(map(str, range(10_500)), note="x" * 500))

        assert sync.offered() == {}

    def test_results_keep_any_text(self, sync: Syncing) -> None:
        error = 'it\'s "bad" \\ ? % $1 é😀 \n'
        sync.stage().apply(answers(["1"], success=False, error=error))

        assert all_of(sync.stage())["RESULT"].iloc[0] == {"error": error}

    def test_a_later_run_ends_what_an_earlier_one_has_staged(
        self, named_sync: Syncing, snapshot: SnapshotAssertion
    ) -> None:
        run = named_sync.store.start_run(named_sync.record)
        earlier = named_sync.engine.stage(named_sync.record, run, named_sync.strategy)
        named_sync.stage()

        with pytest.raises(UsageError) as error:
            earlier.apply(answers(["1"]))

        assert str(error.value).replace(f"run {run.id} ", "run 1 ") == snapshot

    def test_a_part_of_a_run_leaves_other_stages_alone(self, sync: Syncing) -> None:
        earlier = sync.stage()
        sync.stage(records=1)

        earlier.apply(answers(["1"]))

        assert sync.offered() == {"2": "Create", "10": "Create"}

    def test_a_discarded_stage_is_gone(self, sync: Syncing) -> None:
        run = sync.store.start_run(sync.record)
        sync.engine.stage(sync.record, run, sync.strategy).discard()

        with pytest.raises(UsageError):
            sync.engine.staged(sync.record, run)


class TestValues:
    def test_values_are_what_json_makes_of_them(
        self, account: Account, snapshot: SnapshotAssertion
    ) -> None:
        kinds = {
            "ID": "number",
            "WHOLE": "number(38,0)",
            "MONEY": "number(10,2)",
            "LONG": "number(38,20)",
            "RATIO": "float",
            "YES": "boolean",
            "TEXT": "varchar",
            "DAY": "date",
            "HOUR": "time",
            "STAMP": "timestamp_ntz",
            "ZONED": "timestamp_tz",
            "NESTED": "variant",
        }
        source = Source(account, "ALL_KINDS", kinds).holds(
            [
                1,
                9007199254740993,
                "1.50",
                "1.12345678901234567891",
                0.1,
                True,
                'é"\\\n😀',
                "2024-02-29",
                "03:04:05",
                "2024-02-29 03:04:05.123456",
                "2024-02-29 03:04:05+00:00",
                {"b": [1, 2.5, None, True, "x"], "a": {}},
            ],
            [2, *[None] * 11],
        )
        sync = Syncing.of(source, {name.lower(): name for name in kinds})

        records = all_of(sync.stage())["TRANSFORMED_RECORD"].tolist()

        assert records == snapshot

    def test_nulls_of_a_source_stay_nulls(self, account: Account) -> None:
        source = Source(account, "NULLS", {"ID": "number", "A": "varchar"}).holds([1, None])

        records = all_of(Syncing.of(source, {"a": "A"}).stage())["TRANSFORMED_RECORD"]

        assert records.tolist() == [{"a": None}]

    def test_what_json_cannot_hold_is_null(self, contacts: Source) -> None:
        sync = Syncing.of(contacts, {"a": expression("'nan'::float"), "b": "EMAIL"})

        assert all_of(sync.stage())["TRANSFORMED_RECORD"].iloc[0]["a"] is None

    def test_keys_are_sorted_inside_of_values_too(self, contacts: Source) -> None:
        made = "object_construct_keep_null('b', null, 'a', object_construct('d', 1, 'c', 2))"
        sync = Syncing.of(contacts, {"z": "NAME", "y": expression(made)})

        record = all_of(sync.stage())["TRANSFORMED_RECORD"].iloc[0]

        assert json.dumps(record) == '{"y": {"a": {"c": 2, "d": 1}, "b": null}, "z": "Al"}'

    def test_times_have_one_form(self, contacts: Source) -> None:
        times = {
            "stamp": expression("'2024-02-29 03:04:05'::timestamp_ntz"),
            "zoned": expression("'2024-02-29 03:04:05+02:00'::timestamp_tz"),
        }

        record = all_of(Syncing.of(contacts, times).stage())["TRANSFORMED_RECORD"].iloc[0]

        assert record == {
            "stamp": "2024-02-29T03:04:05.000000",
            "zoned": "2024-02-29T01:04:05.000000+00:00",
        }

    def test_bytes_are_base64(self, contacts: Source) -> None:
        sync = Syncing.of(contacts, {"a": expression("to_binary('ff00', 'HEX')")})

        assert all_of(sync.stage())["TRANSFORMED_RECORD"].iloc[0] == {"a": "/wA="}

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("null", "''"),
            ("'1'", "1"),
            ("1", "1::float"),
            ("true", "'true'"),
            ("true", "1"),
            ("''", "' '"),
            ("'null'", "null::varchar"),
            ("1.5", "1.51"),
            ("'2024-01-01'::date", "'2024-01-02'::date"),
            ("parse_json('1')", "parse_json('\"1\"')"),
            ("parse_json('{\"a\":1}')", "parse_json('{\"a\":2}')"),
            ("parse_json('[1, 2]')", "parse_json('[12]')"),
        ],
    )
    def test_values_that_differ_are_a_change(
        self, contacts: Source, before: str, after: str
    ) -> None:
        sync = Syncing.of(contacts, {"value": expression(before)})
        sync.succeed()

        assert sync.mapped({"value": expression(before)}).plan().actions["Update"] == 0
        assert sync.mapped({"value": expression(after)}).plan().actions["Update"] == 3

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("'2024-01-02'", "'2024-01-02'::date"),
            ("'2024-01-02T03:04:05.000000'", "'2024-01-02 03:04:05'::timestamp_ntz"),
            ("'/wA='", "to_binary('ff00', 'HEX')"),
        ],
    )
    def test_a_column_of_another_type_with_the_same_records_is_no_change(
        self, contacts: Source, before: str, after: str
    ) -> None:
        """One bad date that was mended makes dates of a column of text."""
        sync = Syncing.of(contacts, {"value": expression(before)})
        sync.succeed()

        assert sync.mapped({"value": expression(after)}).plan().actions["Update"] == 0

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (("'x_y'", "'z'"), ("'x'", "'y_z'")),
            (("'a|1:b'", "'c'"), ("'a'", "'b|1:c'")),
            (("'a'", "null"), ("null", "'a'")),
            (("'a'", "''"), ("''", "'a'")),
            (("'1:a|'", "''"), ("''", "'1:a|'")),
            (("1", "null::number"), ("null::number", "1")),
        ],
    )
    def test_neighbours_do_not_run_into_each_other(
        self, contacts: Source, before: tuple[str, str], after: tuple[str, str]
    ) -> None:
        sync = Syncing.of(contacts, {"a": expression(before[0]), "b": expression(before[1])})
        sync.succeed()
        sync.mapped({"a": expression(after[0]), "b": expression(after[1])})

        assert sync.plan().actions["Update"] == 3

    def test_another_app_field_is_a_change(self, sync: Syncing) -> None:
        sync.succeed()
        sync.mapped({"mail": "EMAIL", "name": "NAME"})

        assert sync.plan().actions["Update"] == 3

    def test_the_order_of_a_mapping_is_none(self, sync: Syncing) -> None:
        sync.succeed()
        sync.mapped({"name": "NAME", "email": "EMAIL"})

        assert sync.plan().unchanged == 3

    @pytest.mark.parametrize(
        "name",
        ['a"b', "a\\", "$x ${y}", "{0} {x}", "?", "%s", ":a", "a;--", "né\n😀", "IDENTIFIER"],
    )
    def test_a_table_and_its_columns_may_have_any_name(self, account: Account, name: str) -> None:
        source = Source(account, f"T {name}", {f"ID {name}": "number", name: "varchar"})
        sync = Syncing.of(source.holds([1, "x"]), {"field": name}, identifier=f"ID {name}")

        sync.succeed()
        source.holds([1, "y"])

        assert all_of(sync.stage())["TRANSFORMED_RECORD"].tolist() == [{"field": "y"}]

    @pytest.mark.parametrize(
        "name",
        ["it's", 'a"b', "a\\", "\\'", "$x ${y}", "{0}", "?", "%s", "a;--", "né\n😀", "FIELD_1"],
    )
    def test_a_field_of_the_app_may_have_any_name(self, contacts: Source, name: str) -> None:
        sync = Syncing.of(contacts, {name: "NAME", "upper": expression("upper(NAME) -- no end")})

        sync.succeed()
        contacts.holds([1, "a@x.test", "Alma"])

        records = all_of(sync.stage())["TRANSFORMED_RECORD"].tolist()
        assert records == [{name: "Alma", "upper": "ALMA"}]


class TestRefusals:
    def test_identifiers_that_are_null(
        self, named_sync: Syncing, contacts: Source, snapshot: SnapshotAssertion
    ) -> None:
        contacts.holds([1, "a@x.test", "Al"], [None, "b@x.test", "Bo " * 30])

        with pytest.raises(SourceError) as error:
            named_sync.plan()

        assert str(error.value) == snapshot

    def test_identifiers_that_are_not_unique(
        self, named_sync: Syncing, contacts: Source, snapshot: SnapshotAssertion
    ) -> None:
        contacts.holds(*([number // 3, "a@x.test", "Al"] for number in range(30)))

        with pytest.raises(SourceError) as error:
            named_sync.stage()

        assert str(error.value) == snapshot

    def test_a_number_and_its_text_are_one_identifier(self, account: Account) -> None:
        source = Source(account, "LOOSE", {"ID": "variant", "NAME": "varchar"})
        source.holds([1, "Al"], ["1", "Bo"])

        with pytest.raises(SourceError):
            Syncing.of(source, {"name": "NAME"}).plan()

    def test_identifiers_are_checked_before_anything_changes(
        self, sync: Syncing, contacts: Source
    ) -> None:
        stage = sync.stage()
        contacts.holds([None, "a@x.test", "Al"])

        with pytest.raises(SourceError):
            sync.stage()

        assert stage.actions == {"Create": 3}
        stage.apply(answers(["1"]))

    def test_a_source_that_does_not_exist(
        self, named_sync: Syncing, snapshot: SnapshotAssertion
    ) -> None:
        named_sync.record = named_sync.store.save_sync("contacts", source="CONTACTSS").record

        with pytest.raises(UnknownNameError) as error:
            named_sync.plan()

        assert str(error.value) == snapshot

    def test_a_column_that_does_not_exist(
        self, named_sync: Syncing, snapshot: SnapshotAssertion
    ) -> None:
        named_sync.mapped({"email": "E_MAIL"})

        with pytest.raises(UnknownNameError) as error:
            named_sync.plan()

        assert str(error.value) == snapshot

    def test_an_identifier_that_does_not_exist(self, contacts: Source) -> None:
        with pytest.raises(UnknownNameError, match="named for the identifier"):
            Syncing.of(contacts, MAPPING, identifier="KEY").plan()

    @pytest.mark.parametrize(
        "sql", ["FIRST || NAME", "upper(", "no_such_function(NAME)", "NAME::number"]
    )
    def test_an_expression_that_the_warehouse_refuses(
        self, named_sync: Syncing, sql: str, snapshot: SnapshotAssertion
    ) -> None:
        named_sync.mapped({"email": "EMAIL", "name": expression(sql)})

        with pytest.raises(DataError) as error:
            named_sync.plan()

        assert str(error.value) == snapshot
        assert error.value.fields["field"] == "name"

    def test_an_expression_that_one_row_makes_fail(
        self, named_sync: Syncing, contacts: Source
    ) -> None:
        contacts.holds([1, "1", "Al"], [2, "2", "Bo"], [3, "three", "Cy"])
        named_sync.mapped({"count": expression("EMAIL::number"), "name": "NAME"})

        with pytest.raises(DataError, match="field 'count' cannot be filled"):
            named_sync.plan()

    def test_a_sync_that_maps_nothing(
        self, contacts: Source, account: Account, snapshot: SnapshotAssertion
    ) -> None:
        sync = Syncing.of(contacts, {}, slug="unmapped")

        with pytest.raises(NotFilledError) as error:
            sync.plan()

        assert str(error.value) == snapshot


VALUES = st.none() | st.sampled_from(["", "a", "a|", "1:a", "|", "é", "null"])
PEOPLE = st.dictionaries(st.integers(0, 12), st.tuples(VALUES, VALUES), max_size=8)
VERDICTS = st.sampled_from(["succeeds", "fails", "is not answered"])
RUNS = st.lists(
    st.tuples(PEOPLE, st.lists(VERDICTS, min_size=13, max_size=13)), min_size=3, max_size=3
)


class Model:
    """What Upsert means, in Python: the value of each record's last success, and what failed."""

    def __init__(self) -> None:
        self.held: dict[int, object] = {}
        self.failed: set[int] = set()

    def offered(self, people: dict[int, object]) -> dict[str, str]:
        return {
            str(key): "Update" if key in self.held else "Create"
            for key, value in people.items()
            if key not in self.held or self.held[key] != value or key in self.failed
        }

    def answered(self, people: dict[int, object], verdicts: dict[int, str]) -> None:
        succeeded = {key for key, verdict in verdicts.items() if verdict == "succeeds"}
        failed = {key for key, verdict in verdicts.items() if verdict == "fails"}
        self.held |= {key: people[key] for key in succeeded}
        self.failed = (self.failed | failed) - succeeded


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(runs=RUNS)
def test_three_runs_offer_what_upsert_means(
    account: Account, runs: list[tuple[dict[int, tuple[str | None, str | None]], list[str]]]
) -> None:
    columns = {"ID": "number", "EMAIL": "varchar", "NAME": "varchar"}
    source, model = Source(account, f"MODEL_{uuid4().hex}", columns).holds(), Model()
    sync = Syncing.of(source, MAPPING)

    for people, verdicts in runs:
        source.holds(*([key, *value] for key, value in people.items()))
        planned = sync.plan().actions
        stage = sync.stage()
        frame = all_of(stage)
        offered = dict(zip(frame["IDENTIFIER"], frame["SYNC_ACTION"], strict=True))

        assert offered == model.offered(dict(people))
        assert Counter(planned) == Counter(offered.values())

        given_to = {int(key): verdicts[int(key)] for key in offered}
        stage.apply(answers(key for key in offered if verdicts[int(key)] == "succeeds"))
        stage.apply(
            answers((k for k in offered if verdicts[int(k)] == "fails"), success=False, error="no")
        )
        model.answered(dict(people), given_to)


def test_no_unchanged_record_of_200_000_is_offered(account: Account) -> None:
    """Objects of many rows are made by several threads, whose keys have no fixed order."""
    account.execute(
        "create or replace table MANY as select seq4() as ID, 'n' || seq4()::varchar as NAME,"
        " seq4() % 7 as AGE, iff(seq4() % 10 = 0, null, 'c') as CITY,"
        " object_construct('b', seq4(), 'a', 1) as EXTRA from table(generator(rowcount => 200000))"
    )
    source = Source(account, "MANY", {})
    fields = {"name": "NAME", "age": "AGE", "city": "CITY", "extra": "EXTRA"}
    sync = Syncing.of(source, fields)
    run = sync.store.start_run(sync.record)
    sync.engine.stage(sync.record, run, sync.strategy)
    account.execute(
        f"insert into DEVSESSION.STATE_{sync.record.id} select IDENTIFIER, null, SYNC_ACTION,"
        " TRANSFORMED_RECORD, RECORD_HASH, null, 'SUCCESS', current_timestamp()::timestamp_ntz, 1"
        f" from {stage_table(sync.record, run)}"
    )
    account.execute("update MANY set AGE = 100 where ID % 20000 = 5")

    assert sync.plan().actions == {"Create": 0, "Update": 10}
    assert sync.plan().unchanged == 199_990
    assert len(sync.offered()) == 10


class TestCompared:
    def test_what_a_run_would_offer_beside_what_the_app_took(
        self, sync: Syncing, contacts: Source
    ) -> None:
        sync.succeed()
        contacts.holds([1, "new@x.test", "Al"], [2, "b@x.test", "Bo"], [3, "d@x.test", "Di"])

        first = sync.engine.first_offered(sync.record, sync.strategy, records=1)
        both = sync.engine.first_offered(sync.record, sync.strategy, records=9)

        assert first[["IDENTIFIER", "SYNC_ACTION", *BOTH]].to_numpy().tolist() == [
            [
                "1",
                "Update",
                {"email": "new@x.test", "name": "Al"},
                {"email": "a@x.test", "name": "Al"},
            ]
        ]
        assert both["IDENTIFIER"].tolist() == ["1", "3"]
        assert all_of(sync.stage())["IDENTIFIER"].tolist() == ["3", "1"]

    def test_records_by_name_offered_or_not(self, sync: Syncing, contacts: Source) -> None:
        sync.succeed()
        contacts.holds([1, "new@x.test", "Al"], [2, "b@x.test", "Bo"])

        named = sync.engine.compared(
            sync.record, sync.strategy, identifiers=["10", "2", "1", "99", "o'neil"]
        )

        assert named[["IDENTIFIER", "SYNC_ACTION"]].to_numpy().tolist() == [
            ["1", "Update"],
            ["2", None],
            ["10", None],
        ]
        assert named["TRANSFORMED_RECORD"].tolist()[2] is None
        assert named["TRANSFORMED_RECORD_PREVIOUS"].tolist()[2] == {
            "email": "c@x.test",
            "name": "Cy",
        }
