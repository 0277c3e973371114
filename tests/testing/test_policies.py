"""Policies held to examples, and to their contract; each fault is told with policy, entity and line."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import UsageError, WorkflowError
from devsession.openmetadata import Column, DatabaseSchema, Owner, Table, tag
from devsession.openmetadata.model.base import Model
from devsession.openmetadata.processors import Policy, deny, mask, policy, warn
from devsession.testing import check_policy, policy_contract
from tests.broken_sources.good import record
from tests.openmetadata.acme import table
from tests.openmetadata.processors import judging

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

MAIL = Column(name="mail", data_type="TEXT", tags=[tag("PII.Sensitive")])
OWNED = table("customers", MAIL).model_copy(update={"owners": [Owner(name="ada")]})
SALARY = Column(name="salary", data_type="INT", description="about 9,000")
HASHED = Column(name="salary", data_type="INT", tags=[tag("Masking.Hash")])


def lines_apart(told: str) -> str:
    return re.sub(r"(line |py:)\d+", r"\g<1>7", told)


class TestExamples:
    def test_a_policy_that_says_what_is_expected_passes(self) -> None:
        check_policy(
            judging.personal_data_has_an_owner,
            allows=[OWNED, table("orders")],
            denies=[table("staff", MAIL)],
        )
        check_policy(
            judging.salaries_are_hashed,
            allows=[table("orders")],
            masks=[(table("staff", SALARY), table("staff", HASHED))],
        )
        check_policy(
            judging.scratch_stays_out,
            allows=[DatabaseSchema(name="sales", database="d", description="what was sold")],
            warns=[DatabaseSchema(name="sales", database="d")],
            denies=[DatabaseSchema(name="tmp_x", database="d")],
        )

    @pytest.mark.parametrize(
        ("rule", "examples"),
        [
            (judging.personal_data_has_an_owner, {"allows": [table("staff", MAIL)]}),
            (judging.personal_data_has_an_owner, {"denies": [OWNED]}),
            (judging.personal_data_has_an_owner, {"warns": [OWNED]}),
            (judging.personal_data_has_an_owner, {"masks": [(OWNED, OWNED)]}),
            (judging.salaries_are_hashed, {"masks": [(table("a", SALARY), table("a", SALARY))]}),
            (judging.salaries_are_hashed, {"masks": [(table("a", SALARY), table("b", HASHED))]}),
            (judging.scratch_stays_out, {"denies": [table("tmp_orders")]}),
        ],
        ids=["denied", "allowed", "no warning", "no mask", "hides more", "a name", "not asked"],
    )
    def test_another_verdict_is_told(
        self, rule: Policy, examples: dict[str, Any], snapshot: SnapshotAssertion
    ) -> None:
        with pytest.raises(AssertionError) as raised:
            check_policy(rule, **examples)
        assert lines_apart(str(raised.value)) == snapshot

    def test_one_that_fails_has_not_denied(self) -> None:
        @policy("ACME-09", Table)
        def names_its_owner(found: Table) -> None:
            str(found.owners[0].name)

        with pytest.raises(
            AssertionError, match=r"it failed, which denies: IndexError.*\.py:\d+ in"
        ):
            check_policy(names_its_owner, denies=[table("orders")])

    def test_one_that_changes_the_entity_is_told(self) -> None:
        @policy("ACME-09", Table)
        def hides(found: Table) -> None:
            found.description = None

        given = table("orders").model_copy(update={"description": "x"})

        with pytest.raises(AssertionError, match="it changed the entity itself"):
            check_policy(hides, allows=[given])

    def test_without_an_example_nothing_is_checked(self, snapshot: SnapshotAssertion) -> None:
        with pytest.raises(UsageError) as raised:
            check_policy(judging.salaries_are_hashed)
        assert str(raised.value) == snapshot
        with pytest.raises(UsageError, match="check_policy takes a policy"):
            check_policy(judging.Table, allows=[OWNED])  # type: ignore[arg-type]


# --- the contract


@policy("ACME-11", Table)
def undocumented(found: Table) -> Any:
    return warn("is a table") if found.columns else None


@policy("ACME-12", DatabaseSchema)
def takes_a_text_for_granted(schema: Any) -> Any:
    """A schema is described."""
    return None if schema.description.strip() else deny("says nothing")


@policy("ACME-13", Table)
def knows_no_people(found: Table) -> Any:
    """People are not told of."""
    return {"people": "no"}.get(found.name) and True


@policy("ACME-14", Table)
def takes_away_owners(found: Table) -> Any:
    """Owners are not told."""
    found.owners.clear()


_seen = itertools.count()


@policy("ACME-15", Model)
def counts(_: Model) -> Any:
    """Not too many."""
    return warn("too many") if next(_seen) % 7 == 0 else None


@policy("ACME-16", Table)
def masks_what_may_not_be_there(_: Table) -> Any:
    """Ids are not told."""
    return mask("is an id", columns="id", leave_out=True)


@policy("ACME-17", Table)
def masks_now_this_now_that(_: Table) -> Any:
    """Texts are not told."""
    hidden = "description" if next(_seen) % 2 else "display_name"
    return mask("is a text", hide=hidden)


BROKEN = {
    undocumented: ["test_each_says_what_it_demands"],
    takes_a_text_for_granted: [
        "test_they_judge_whatever_comes",
        "test_they_judge_what_was_recorded",
    ],
    knows_no_people: ["test_they_judge_what_was_recorded"],
    takes_away_owners: ["test_they_change_nothing_themselves"],
    counts: ["test_they_say_the_same_again"],
    masks_now_this_now_that: ["test_they_say_the_same_again"],
    masks_what_may_not_be_there: ["test_they_judge_whatever_comes"],
}


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("scenarios")
    record(place)
    return place


@pytest.fixture
def failures(scenarios: Path) -> Callable[[object], dict[str, str]]:
    """Check -> why it fails, of all that do."""

    def of(rule: object) -> dict[str, str]:
        suite = policy_contract(rule, scenarios=scenarios)
        found = {}
        for name in suite.checks():
            try:
                getattr(suite(), name)()
            except pytest.fail.Exception as failed:
                found[name] = str(failed)
        return found

    return of


class TestContract:
    def test_good_policies_pass_every_check(self, scenarios: Path) -> None:
        report = policy_contract(judging, scenarios=scenarios).report()

        assert {each.state for each in report.checks} == {"ok"}, str(report)
        assert len(report.checks) == 5

    @pytest.mark.parametrize("rule", BROKEN, ids=lambda rule: rule.id)
    def test_each_fault_is_found_by_the_check_that_names_it(
        self,
        rule: Policy,
        failures: Callable[[object], dict[str, str]],
        snapshot: SnapshotAssertion,
    ) -> None:
        found = failures(rule)

        assert list(found) == BROKEN[rule]
        assert lines_apart(found[BROKEN[rule][0]]) == snapshot

    def test_every_check_finds_something(self) -> None:
        assert {name for names in BROKEN.values() for name in names} == set(
            policy_contract(judging).checks()
        )

    def test_without_a_recording_it_says_what_to_record(self, tmp_path: Path) -> None:
        report = policy_contract(judging, scenarios=tmp_path / "scenarios").report()

        assert report
        (told,) = [each.told for each in report.checks if each.state == "not tried"]
        assert "run and complete() a scenario of a workflow" in told

    def test_policies_that_are_nowhere_are_refused(self) -> None:
        with pytest.raises(WorkflowError, match="there is no module 'nowhere'"):
            policy_contract("nowhere")
        with pytest.raises(WorkflowError, match="a list of policies"):
            policy_contract()
