"""Policies held to examples, `check_policy(rule, allows=[..], denies=[..])`, and to their contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from devsession.openmetadata.processors import Policy, Verdict
    from devsession.openmetadata.steps.steps import Item
    from devsession.testing.policy_suite import PolicySuite


def check_policy(
    policy: Policy,
    *,
    allows: Sequence[Item] = (),
    warns: Sequence[Item] = (),
    denies: Sequence[Item] = (),
    masks: Sequence[tuple[Item, Item]] = (),
) -> None:
    """Ask a policy about examples, as a workflow does. masks: pairs of an entity before and after.

    Raises:
        AssertionError: a verdict is another one, or there is none; it names policy, entity, what was
            expected and what came. Also where the policy changes the entity itself.
        UsageError: there is no example, or what is checked is no policy.
    """
    from devsession.openmetadata.processors import Policy

    if not isinstance(policy, Policy) or not any((allows, warns, denies, masks)):
        raise UsageError(
            "check_policy takes a policy, and examples of what it says",
            tried=f"check_policy({policy!r:.60})",
            next_step="check_policy(personal_data_has_an_owner, allows=[..], denies=[..])",
        )
    expected = {"allow": allows, "warn": warns, "deny": denies}
    for what, items in expected.items():
        for item in items:
            verdict = _verdict(policy, item, what)
            if verdict.what != what:
                raise AssertionError(_told(policy, item, what, _said(verdict)))
    for before, after in masks:
        verdict = _verdict(policy, before, "mask")
        if verdict.masking is None:
            raise AssertionError(_told(policy, before, "mask", _said(verdict)))
        if differs := _differences(verdict.masking.of(before), after):
            raise AssertionError(_told(policy, before, "the entity as given", differs))


def policy_contract(*rules: object, scenarios: Path | str | None = None) -> type[PolicySuite]:
    """The checks of the contract for policies: `TestPolicies = policy_contract("policies")`.

    rules: as of the processor `Policies`: policies, modules, or their names. scenarios: the folder of
    recordings; by default `scenarios/` of the current one. pytest finds them in a file such as
    tests/test_contract.py, and `devsession test` there.

    Raises: WorkflowError where there are no such policies.
    """
    from pathlib import Path

    from devsession.openmetadata.processors import Policies
    from devsession.testing.contract.told_suite import suite_of
    from devsession.testing.policy_suite import PolicyBench, PolicySuite

    found: list[Policy] = Policies.using(rules=list(rules)).config.policies
    return suite_of(PolicySuite, PolicyBench(found, Path(scenarios or "scenarios")), {})


def _verdict(policy: Policy, item: Item, expected: str) -> Verdict:
    """What it says; it has to be asked about such an item, to answer, and to leave it as it is."""
    from devsession.openmetadata.steps.causes import cause_of

    asked = isinstance(item, policy.kinds)
    if not asked:
        kinds = ", ".join(each.__name__ for each in policy.kinds)
        got = f"it is not asked: it judges {kinds}, and this is a {type(item).__name__}"
        raise AssertionError(_told(policy, item, expected, got))
    before = item.model_copy(deep=True)
    try:
        verdict = policy(item)
    except Exception as error:
        got = f"it failed, which denies: {cause_of(error)}"
        raise AssertionError(_told(policy, item, expected, got)) from error
    if differs := _differences(item, before):
        got = f"it changed the entity itself, where mask(..) says what to hide: {differs}"
        raise AssertionError(_told(policy, before, expected, got))
    return verdict


def _said(verdict: Verdict) -> str:
    return f"{verdict.what}: {verdict.reason}" if verdict.reason else verdict.what


def _differences(got: Item, expected: Item) -> str:
    """The fields in which two items differ; "" where they do not."""
    from devsession.openmetadata.review.written import differences, to_line

    return "; ".join(differences([to_line(got)], [to_line(expected)]))


def _told(policy: Policy, item: Item, expected: str, got: str) -> str:
    from devsession.openmetadata.steps.causes import name_of

    return (
        f"{policy.id} ({policy.judges.__name__}, {policy.where}) about {type(item).__name__} "
        f"{name_of(item)}\n  expected: {expected}\n  got:      {got}"
    )
