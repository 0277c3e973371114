"""Policies: what becomes of an entity that is allowed, warned of, denied or masked."""

from __future__ import annotations

import re
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import DefinitionError, WorkflowError
from devsession.openmetadata import (
    Column,
    Database,
    DatabaseSchema,
    DatabaseService,
    Entity,
    LineageDetails,
    LineageEdge,
    Owner,
    Pipeline,
    PipelineStatus,
    Reference,
    Source,
    Table,
    TestCase,
    TestResult,
    Workflow,
    tag,
)
from devsession.openmetadata.processors import (
    Policies,
    Policy,
    allow,
    columns_of,
    deny,
    mask,
    policy,
    tags_of,
    warn,
)
from tests.openmetadata.acme import AcmeConfig, AcmeSource, Kept, table
from tests.openmetadata.processors import judging

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syrupy.assertion import SnapshotAssertion

    from devsession.openmetadata import WorkflowReport
    from devsession.openmetadata.model.base import Model

MAIL = Column(name="mail", data_type="TEXT", tags=[tag("PII.Sensitive")])
SALARY = Column(name="salary", data_type="INT", description="about 9,000")
ADA = Owner(name="ada")


def judged(
    items: Sequence[Model], *rules: object, **more: Any
) -> tuple[WorkflowReport, list[Model]]:
    """A run of these items past policies: its report, and what was stored."""

    class Given(Source):
        def generate(self) -> Iterator[Model]:
            yield from items

    sink = Kept()
    planned = Policies.using(rules=list(rules) or [judging])
    return Workflow(Given, sink, [planned], service="acme", **more).run(), sink.items


def stored(items: Sequence[Model], kind: type[Entity]) -> list[str]:
    return [each.name for each in items if isinstance(each, kind)]


class TestVerdicts:
    def test_what_is_denied_is_an_error_of_the_run_and_not_stored(self) -> None:
        mine = table("mine", MAIL).model_copy(update={"owners": [ADA]})

        report, items = judged([mine, table("staff", MAIL), table("orders")])

        assert stored(items, Table) == ["mine", "orders"]
        assert not report
        assert [str(each) for each in report.failures] == [
            "acme.sales.public.staff: ACME-01: holds personal data, and nobody owns it"
        ]

    def test_nothing_is_deleted_where_an_entity_is_denied(self) -> None:
        class Deleting(Kept):
            deleted = False

            def delete_unseen(self, kinds: object = None) -> None:
                del kinds
                self.deleted = True

        sink = Deleting()
        nobody = policy("ACME-01", Table)(lambda _: deny("nobody may"))

        flow = Workflow(AcmeSource.using(), sink, [Policies.using(rules=[nobody])], service="acme")
        flow.run(delete_unseen=True)

        assert not sink.deleted

    def test_what_is_warned_of_is_stored_and_counted(self) -> None:
        report, items = judged([DatabaseSchema(name="public", database="sales")])

        assert report
        assert stored(items, DatabaseSchema) == ["public"]
        assert report.steps[1].warnings == 1
        assert [str(each) for each in report.rulings] == [
            "ACME-03 warns of 1 entity: says not what it is for: acme.sales.public"
        ]

    def test_masks_hide_texts_and_tag_columns(self) -> None:
        report, items = judged([table("staff", SALARY)])

        classification, label, *_, masked = items
        assert (classification.name, label.fqn) == ("Masking", "Masking.Hash")  # type: ignore[attr-defined]
        assert isinstance(masked, Table)
        assert masked.columns[0].description is None
        assert tags_of(masked) == {"Masking.Hash"}
        assert report.steps[1].updated_records == 1
        assert report.rulings[-1].verdict == "mask"

    def test_an_entity_with_a_hash_of_its_own_is_another_one_when_masked(self) -> None:
        given = table("staff", SALARY).model_copy(update={"source_hash": "of-the-source"})

        once, again, plain = (
            judged([given], rule)[1][-1]
            for rule in (
                judging.salaries_are_hashed,
                judging.salaries_are_hashed,
                judging.personal_data_has_an_owner,
            )
        )

        assert plain.source_hash == "of-the-source"  # type: ignore[attr-defined]
        assert once.source_hash == again.source_hash != "of-the-source"  # type: ignore[attr-defined]

    def test_a_mask_leaves_out_columns_also_within_others(self) -> None:
        inner = [Column(name="street", data_type="TEXT"), Column(name="city", data_type="TEXT")]
        address = Column(name="address", data_type="STRUCT", children=inner)
        hide = policy("ACME-01", Table)(
            lambda _: mask("nobody is to know", columns="address.street", leave_out=True)
        )

        _, items = judged([table("staff", address)], hide)

        assert [path for path, _ in columns_of(items[-1])] == ["address", "address.city"]

    def test_a_text_of_the_entity_itself_can_be_hidden_and_a_tag_given(self) -> None:
        hide = policy("ACME-01", Table, tags=["Tier.Low"])(
            lambda _: mask("is told elsewhere", hide=["description", "owners"], tag="Tier.Low")
        )
        given = table("staff").model_copy(update={"description": "all of us", "owners": [ADA]})

        masked = judged([given], hide)[1][-1]

        assert isinstance(masked, Table)
        assert (masked.description, masked.owners, tags_of(masked)) == (None, [], {"Tier.Low"})

    def test_facts_are_judged_where_a_policy_is_for_them(self) -> None:
        edge = LineageEdge(
            from_entity=Reference(fqn="acme.sales.public.a"),
            to_entity=Reference(fqn="acme.sales.public.b"),
            lineage_details=LineageDetails(sql_query="select 'ana@acme.example'"),
        )
        result = TestResult(
            test_case="acme.sales.public.a.few",
            timestamp=1,
            test_case_status="Failed",
            result="ana@acme.example",
        )

        report, (*_, told_edge, told_result) = judged([edge, result])

        assert report
        assert b"ana" not in told_edge.to_json() + told_result.to_json()
        assert told_edge.from_entity.fqn == "acme.sales.public.a"  # type: ignore[attr-defined]


class TestTogether:
    def test_all_are_asked_about_the_entity_as_it_came(self) -> None:
        hide = policy("ACME-01", Table)(lambda _: mask("hidden", hide="description"))
        secret = policy("ACME-02", Table)(
            lambda found: deny("is secret") if found.description == "secret" else None
        )
        given = table("plan").model_copy(update={"description": "secret"})

        report, items = judged([given], hide, secret)

        assert stored(items, Table) == []
        assert [each.policy for each in report.rulings] == ["ACME-02"]

    def test_every_denial_is_told_and_warnings_add_up(self) -> None:
        rules = [
            policy("ACME-01", Table)(lambda _: warn("odd")),
            policy("ACME-02", Table)(lambda _: deny("no owner")),
            policy("ACME-03", Table)(lambda _: deny("no text")),
            policy("ACME-04", Entity)(lambda _: warn("odd, too")),
        ]

        report, _ = judged([table("plan")], *rules)

        assert report.errors == 1
        assert report.failures[0].error == "ACME-02: no owner; ACME-03: no text"
        assert {each.policy: each.count for each in report.rulings} == {
            "ACME-04": 4,  # the table, and the three that it hangs under
            "ACME-01": 1,
            "ACME-02": 1,
            "ACME-03": 1,
        }

    def test_masks_are_applied_one_after_the_other(self) -> None:
        rules = [
            policy("ACME-01", Table)(lambda _: mask("one", columns="salary", leave_out=True)),
            policy("ACME-02", Table)(
                lambda _: mask("two", columns=["salary", "mail"], hide="description")
            ),
        ]
        mail = MAIL.model_copy(update={"description": "x"})

        masked = judged([table("staff", SALARY, mail)], *rules)[1][-1]

        assert [(each.name, each.description) for each in masked.columns] == [("mail", None)]  # type: ignore[attr-defined]

    def test_what_nobody_has_a_word_on_stays_the_same(self) -> None:
        given = table("orders")

        report, items = judged([given], judging.personal_data_has_an_owner)

        assert items[-1] is given
        assert report.rulings == []


class TestBelowADenial:
    def test_what_hangs_under_it_or_is_about_it_is_left_out(self) -> None:
        scratch, kept = "acme.sales.tmp_x.raw", "acme.sales.public.orders"
        given = [
            DatabaseSchema(name="tmp_x", database="sales"),
            table("raw", schema="tmp_x"),
            table("orders"),
            LineageEdge(from_entity=Reference(fqn=scratch), to_entity=Reference(fqn=kept)),
            TestCase(name="few", table=scratch, test_definition="tableRowCountToEqual"),
            TestResult(test_case=f"{scratch}.few", timestamp=1, test_case_status="Success"),
        ]

        report, items = judged(given)

        assert stored(items, Entity)[-3:] == ["sales", "public", "orders"]
        assert report.errors == 1
        assert report.steps[1].filtered == {
            "ACME-03: hangs under what it denies, or is about it": 4
        }

    @pytest.mark.parametrize("denied", [True, False])
    def test_an_edge_by_ids_may_be_about_it(self, denied: bool) -> None:
        by_id = Reference(id="8a1d4e6e-9d5c-4b8e-9c43-0f6a3c0f1f11")
        edge = LineageEdge(from_entity=by_id, to_entity=Reference(fqn="acme.sales.public.orders"))
        given = [table("raw", schema="tmp_x" if denied else "public"), table("orders"), edge]

        report, items = judged(given)

        assert (edge in items) is not denied
        left_out = "lineage of an entity without a name, by its id: it may be one that was denied"
        assert report.steps[1].filtered[left_out] == denied

    def test_a_name_with_quotes_that_it_does_not_need_is_the_same(self) -> None:
        nobody = policy("ACME-09", Table)(lambda _: deny("nobody may"))
        quoted = 'acme."sales".public."raw"'
        given = [
            table("raw"),
            LineageEdge(from_entity=Reference(fqn=quoted), to_entity=Reference(fqn="a.b.c.d")),
            TestCase(name="few", table=quoted, test_definition="tableRowCountToEqual"),
            TestResult(test_case=f"{quoted}.few", timestamp=1, test_case_status="Success"),
        ]

        report, items = judged(given, nobody)

        assert [type(each).__name__ for each in items][3:] == []
        assert report.steps[1].filtered.total() == 3

    def test_a_parent_that_the_workflow_supplies_is_judged_as_well(self) -> None:
        report, items = judged([table("raw", schema="tmp_x"), table("orders")])

        assert stored(items, DatabaseSchema) == ["public"]
        assert stored(items, Table) == ["orders"]
        assert [each.name for each in report.failures] == ["acme.sales.tmp_x"]
        assert report.supplied == ["acme", "acme.sales", "acme.sales.public"]

    def test_a_denied_service_takes_all_of_it_along(self) -> None:
        nobody = policy("ACME-01", DatabaseService)(lambda _: deny("not this one"))

        report, items = judged([Database(name="sales"), table("orders")], nobody)

        assert items == []
        assert report.errors == 1

    def test_a_service_of_the_same_name_and_another_kind_is_another_one(self) -> None:
        nobody = policy("ACME-01", DatabaseService)(lambda _: deny("not this one"))
        status = PipelineStatus(
            pipeline="acme.nightly",
            run_id="1",
            pipeline_state="success",
            start_date=1,
            timestamp=1,
        )

        _, items = judged([table("orders"), Pipeline(name="nightly"), status], nobody)

        assert stored(items, Pipeline) == ["nightly"]
        assert items[-1] is status

    def test_what_is_about_a_denied_test_or_pipeline_is_left_out(self) -> None:
        rules = [
            policy("ACME-01", TestCase)(lambda _: deny("not this test")),
            policy("ACME-02", Pipeline)(lambda _: deny("not this job")),
        ]
        status = PipelineStatus(
            pipeline="acme.nightly",
            run_id="1",
            pipeline_state="success",
            start_date=1,
            timestamp=1,
        )
        case = TestCase(name="few", table="acme.a.b.c", test_definition="tableRowCountToEqual")
        result = TestResult(test_case="acme.a.b.c.few", timestamp=1, test_case_status="Success")

        _, items = judged([case, result, Pipeline(name="nightly"), status], *rules)

        assert [each for each in items if each in (case, result, status)] == []


class TestFailing:
    """Nothing gets past a policy by its failure."""

    def test_a_policy_that_raises_denies_with_its_line(self) -> None:
        @policy("ACME-01", Table)
        def names_its_owner(found: Table) -> None:
            str(found.owners[0].name)

        report, items = judged([table("orders")], names_its_owner)

        assert stored(items, Table) == []
        (ruling,) = report.rulings
        assert ruling.reason.startswith("the policy raised IndexError: list index out of range")
        assert "(test_policies.py:" in ruling.reason
        assert "in names_its_owner)" in ruling.reason

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            (lambda _: True, "returned True, which is no verdict"),
            (lambda _: allow, "returned <function allow"),
            (lambda found: found, "returned Table("),
            (lambda _: mask("x", columns="nope", hide="description"), "has no column 'nope'"),
            (lambda _: mask("x", hide="name"), "'name' of a Table cannot be hidden"),
            (lambda _: mask("x", hide="service"), "a mask changes no name"),
            (lambda _: mask("x", hide="descripton"), "has no field 'descripton'"),
            (lambda _: mask("x", tag="Masking.Hash"), "gives the tag Masking.Hash, and does not"),
            (lambda _: mask("x"), "This mask hides nothing"),
            (lambda _: mask("x", leave_out=True), "This mask hides nothing"),
            (lambda _: deny(" "), "says no reason"),
        ],
    )
    def test_what_is_no_verdict_denies_and_is_told(self, given: Any, said: str) -> None:
        report, items = judged([table("orders")], policy("ACME-01", Table)(given))

        assert stored(items, Table) == []
        assert said in report.rulings[0].reason
        assert report.rulings[0].fix

    def test_no_secret_is_told(self) -> None:
        tells = policy("ACME-01", Table)(lambda _: warn("asked with sesame-open-1"))
        source = AcmeSource.using(AcmeConfig(api_key="sesame-open-1"))  # type: ignore[arg-type]

        report = Workflow(source, Kept(), [Policies.using(rules=[tells])], service="acme").run()

        assert "asked with REDACTED" in str(report)
        assert "sesame" not in f"{report}{report.to_dict()}{report._repr_html_()}"


class TestReport:
    def test_it_names_policy_entities_and_fix(self, snapshot: SnapshotAssertion) -> None:
        given = [
            *(table(f"staff_{at}", MAIL) for at in range(7)),
            table("pay", SALARY),
            table("raw", schema="tmp_x"),
        ]

        report, _ = judged(given)

        shown = str(report).replace(f"in {report.seconds:.1f} s", "in 0.1 s")
        assert re.sub(r"line \d+", "line 7", shown) == snapshot
        told = report.to_dict()["policies"]
        assert [(each["policy"], each["verdict"], each["count"]) for each in told] == [
            ("ACME-03", "warn", 1),
            ("ACME-01", "deny", 7),
            ("ACME-02", "mask", 1),
            ("ACME-03", "deny", 1),
        ]
        assert told[1]["entities"][0] == "acme.sales.public.staff_0"
        assert told[1]["fix"] == "owners=[Owner(name=..)]"
        assert "holds personal data" in report._repr_html_()

    def test_reasons_that_differ_each_time_are_bounded(self) -> None:
        tells = policy("ACME-01", Table)(lambda found: warn(f"is called {found.name}"))

        report, _ = judged([table(f"t{at}") for at in range(1_500)], tells)

        assert len(report.rulings) == 1_001
        assert sum(each.count for each in report.rulings) == report.steps[1].warnings == 1_500


async def answers_later(_: Table) -> None:
    """No policy."""


class TestDeclaring:
    def test_a_policy_is_a_function_still(self) -> None:
        rule = judging.personal_data_has_an_owner

        assert rule(table("staff", MAIL)).what == "deny"
        assert rule(table("orders")).what == "allow"
        assert repr(rule) == (
            "ACME-01 personal_data_has_an_owner (Table): A table with personal data has an owner."
        )

    @pytest.mark.parametrize(
        "declared",
        [
            lambda: policy("acme-01", Table),
            lambda: policy("M01", Table),
            lambda: policy(print, Table),  # type: ignore[arg-type]
            lambda: policy("ACME-01"),
            lambda: policy("ACME-01", "table"),  # type: ignore[arg-type]
            lambda: policy("ACME-01", Table)(len),
            lambda: policy("ACME-01", Table)(answers_later),  # type: ignore[arg-type]
            lambda: policy("ACME-01", str),  # type: ignore[type-var]
        ],
    )
    def test_one_that_cannot_be_is_refused(
        self, declared: Any, snapshot: SnapshotAssertion
    ) -> None:
        with pytest.raises(DefinitionError) as raised:
            declared()
        assert str(raised.value).partition(" at 0x")[0] == snapshot

    @pytest.mark.parametrize(
        "rules",
        [
            [],
            "tests.openmetadata.processors.judging",
            ["tests.openmetadata.processors.judging.salaries_are_hased"],
            ["tests.openmetadata.processors.judgin"],
            ["nowhere"],
            ["nowhere.at_all"],
            ["tests.openmetadata.processors"],
            ["tests.openmetadata.processors.judging.Table"],
            [len],
            [judging, policy("ACME-02", Table)(lambda _: None)],
        ],
    )
    def test_rules_that_cannot_be_are_refused(
        self,
        rules: Any,
        snapshot: SnapshotAssertion,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Any,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(WorkflowError) as raised:
            Policies.using(rules=rules)
        told = str(raised.value).replace(str(tmp_path), "FOLDER")
        assert re.sub(r"line \d+", "line 7", told) == snapshot

    def test_a_module_that_cannot_be_imported_is_told_with_its_line(
        self, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "broken_policies.py").write_text("import json\nimport nothing_of_this\n")
        monkeypatch.syspath_prepend(tmp_path)

        with pytest.raises(WorkflowError, match=r"broken_policies\.py:2 in <module>"):
            Policies.using(rules=["broken_policies"])

    def test_each_is_asked_once_however_it_is_named(self) -> None:
        name = judging.__name__
        named = [judging, name, f"{name}.scratch_stays_out", judging.scratch_stays_out]

        rules = Policies.using(rules=named).config.policies

        assert [each.id for each in rules] == [f"ACME-0{at}" for at in range(1, 6)]
        assert isinstance(judging, ModuleType)
        assert all(isinstance(each, Policy) for each in rules)
