"""The contract of policies: what any of them has to keep to, tried on examples and on recordings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar

from devsession.errors import DevsessionError
from devsession.openmetadata.processors import Policies
from devsession.openmetadata.review.written import from_line
from devsession.openmetadata.steps.causes import name_of
from devsession.openmetadata.steps.either import OMError
from devsession.secrets.redact import Redactor
from devsession.testing.contract.recordings import read_recordings
from devsession.testing.contract.telling import NotTriedError, flaw, said, trying
from devsession.testing.contract.told_suite import ToldSuite
from devsession.testing.entity_examples import bare, full

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from devsession.errors import PluginError
    from devsession.openmetadata.processors import Policy
    from devsession.openmetadata.steps.steps import Item

_RECORD = "run and complete() a scenario of a workflow in a notebook, and commit scenarios/"


@dataclass(frozen=True)
class PolicyBench:
    """Policies, and what they are tried on. scenarios: the project's recordings."""

    policies: list[Policy]
    scenarios: Path

    plugin_class: ClassVar[type] = Policies
    redactor: ClassVar[Redactor] = Redactor({})

    @cached_property
    def recorded(self) -> list[Item]:
        """What came in the project's scenarios. Raises: NotTriedError where that is nothing."""
        lines = [
            from_line(line)
            for each in read_recordings(self.scenarios).metadata
            for line in each.expected
        ]
        found = [each for each in lines if not isinstance(each, OMError)]
        if not found:
            raise NotTriedError(f"no workflow's scenario in {self.scenarios.name}/", _RECORD)
        return found


class PolicySuite(ToldSuite):
    """What any policy has to keep to: one that fails denies, and a run stops at it.

    Tried on entities of every kind, bare and full ones, and on what the project has recorded.
    """

    bench: ClassVar[PolicyBench]

    def test_each_says_what_it_demands(self) -> None:
        """Whoever is denied reads an id: the first line of the docstring says what it stands for."""
        self._hold(_say_what_they_demand)

    def test_they_judge_whatever_comes(self) -> None:
        """An entity may have no text, no owner and no columns: the workflow adds parents by name alone."""
        self._hold(lambda bench: _judged(bench, [*bare(), *full()], "an entity"))

    def test_they_judge_what_was_recorded(self) -> None:
        """What the project's source has come to is what they will be asked about."""
        self._hold(lambda bench: _judged(bench, bench.recorded, "a recorded entity"))

    def test_they_change_nothing_themselves(self) -> None:
        """All are asked about the entity as it came; what is to be hidden is said by mask(..)."""
        self._hold(_change_nothing)

    def test_they_say_the_same_again(self) -> None:
        """One that counts, or looks at the clock, denies today what it allowed yesterday."""
        self._hold(_say_the_same)


def _say_what_they_demand(bench: PolicyBench) -> list[PluginError]:
    return [
        _flaw(each, f"{each.id} has no docstring", 'put one below def: """A table has an owner."""')
        for each in bench.policies
        if not (each.judges.__doc__ or "").strip()
    ]


def _judged(bench: PolicyBench, items: Iterable[Item], thing: str) -> list[PluginError]:
    """Each policy answers each item; the first that it does not is told."""
    found: dict[str, PluginError] = {}
    for policy, item in _asked(bench.policies, items):
        _, raised = trying(partial(policy, item))
        if raised is not None and policy.id not in found:
            what = f"{policy.id} does not judge {thing}, {_called(item)}: {_raised(raised)}"
            step = (
                getattr(raised, "next_step", "")
                or "see what may be missing: texts, owners, columns"
            )
            found[policy.id] = _flaw(policy, what, step)
    return list(found.values())


def _change_nothing(bench: PolicyBench) -> list[PluginError]:
    found: dict[str, PluginError] = {}
    for policy, item in _asked(bench.policies, [*bare(), *full()]):
        before = item.to_json()
        trying(partial(policy, item))
        if item.to_json() != before:
            what = f"{policy.id} changes {_called(item)} itself"
            found[policy.id] = _flaw(
                policy, what, "return mask(.., hide=[..]) and leave it as it is"
            )
    return list(found.values())


def _say_the_same(bench: PolicyBench) -> list[PluginError]:
    asked = list(_asked(bench.policies, [*bare(), *full()]))
    first = [_verdict(policy, item) for policy, item in asked]
    # Backwards: one that keeps what it has seen says something else of it.
    again = [_verdict(policy, item) for policy, item in reversed(asked)][::-1]
    found: dict[str, PluginError] = {}
    for (policy, item), one, other in zip(asked, first, again, strict=True):
        if one != other:
            what = f"{policy.id} says of {_called(item)} first {one}, then {other}"
            step = "judge by the entity alone: by no clock, counter or random number"
            found.setdefault(policy.id, _flaw(policy, what, step))
    return list(found.values())


def _asked(policies: list[Policy], items: Iterable[Item]) -> Iterator[tuple[Policy, Item]]:
    """Each policy with each item that it is asked about."""
    given = list(items)
    for policy in policies:
        for item in given:
            if isinstance(item, policy.kinds):
                yield policy, item


def _verdict(policy: Policy, item: Item) -> str:
    verdict: Any
    verdict, raised = trying(partial(policy, item))
    if raised is not None:
        return _raised(raised)
    told = f"{verdict.what} {verdict.reason}".strip()
    return f"{told} {verdict.masking}" if verdict.masking is not None else told


def _raised(error: BaseException) -> str:
    return error.what if isinstance(error, DevsessionError) else said(error)


def _called(item: Item) -> str:
    return f"{type(item).__name__} {name_of(item)}"


def _flaw(policy: Policy, what: str, next_step: str) -> PluginError:
    return flaw(what, where=f"{policy.judges.__name__}, {policy.where}", next_step=next_step)
