"""Has policies judge what goes into a catalog."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BaseModel, BeforeValidator, PlainSerializer, WithJsonSchema

from devsession.errors import DevsessionError, EntityError
from devsession.openmetadata.model import fqn
from devsession.openmetadata.model.base import Entity
from devsession.openmetadata.model.entities import Placed, Tag
from devsession.openmetadata.model.facts import (
    LineageEdge,
    PipelineStatus,
    Reference,
    TestCase,
    TestResult,
)
from devsession.openmetadata.model.families import PARENT_TYPES
from devsession.openmetadata.processors.changing import ProcessorConfig, entities_of, lacking
from devsession.openmetadata.processors.finding_policies import policies_in, spelled
from devsession.openmetadata.processors.verdicts import Policy, Verdict, deny
from devsession.openmetadata.steps.causes import cause_of, name_of
from devsession.openmetadata.steps.either import Either, OMError
from devsession.openmetadata.steps.steps import Processor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from devsession.openmetadata.processors.masking import Masking
    from devsession.openmetadata.steps.steps import Item, Yielded

_NAMES = {"type": "array", "items": {"type": "string"}, "minItems": 1}
# The parts of a table's name: service, database, schema, table.
_TABLE = 4
_NAMELESS = "lineage of an entity without a name, by its id: it may be one that was denied"


def _checked(rules: object) -> object:
    policies_in(rules)
    return rules


class PoliciesConfig(ProcessorConfig):
    """rules: policies, or by name: `policies.personal_data_has_an_owner`; of a module, all of it.

    A name is looked up again by each run: what was saved since counts.
    """

    rules: Annotated[
        list[Any],
        BeforeValidator(_checked),
        PlainSerializer(spelled),
        WithJsonSchema(_NAMES),
    ]

    @property
    def policies(self) -> list[Policy]:
        """Those that the rules name, as they are now. Raises: ValueError."""
        return policies_in(self.rules)


class Policies(Processor):
    """Asks policies about each entity; put it behind what gives the tags that they look at.

    Policies.using(rules=[personal_data_has_an_owner])

    All are asked about the entity as it came. Where one denies it, it is lost, and the run has an
    error; so has it where one raises, or says what is no verdict. What hangs under a denied entity, or
    is about it, is left out. Else all masks are applied, in the order of the policies.
    """

    Config: ClassVar[type[BaseModel] | None] = PoliciesConfig

    def prepare(self) -> None:
        """Look the policies up; nothing is denied yet."""
        self._denied: dict[tuple[str, str], str] = {}
        self._policies: list[Policy] = self.config.policies
        self._asking = cache(
            lambda kind: [each for each in self._policies if issubclass(kind, each.kinds)]
        )

    def beforehand(self) -> Iterable[Item]:
        """The tags that masks give, where the catalog does not have them."""
        tags = (tag for each in self._policies for tag in each.tags)
        return lacking(self.ctx.metadata, entities_of(tags, "How it has to be masked"))

    def process(self, item: Item) -> Yielded | None:
        """The entity as it may be told; an error where it is denied; None below what is."""
        if self._denied and (denied_by := self._resting_on_denied(item)):
            self.status.filter(f"{denied_by}: hangs under what it denies, or is about it")
            return None
        if self._denied and isinstance(item, LineageEdge) and not all(_names_of_ends(item)):
            self.status.filter(_NAMELESS)
            return None
        said = [(each, _verdict(each, item)) for each in self._asking(type(item))]
        denials = [(each, verdict) for each, verdict in said if verdict.what == "deny"]
        name = name_of(item)
        for each, verdict in said:
            if verdict.what in {"deny", "warn"}:
                self.status.rule(each.id, verdict.what, name, verdict.reason, verdict.fix)
        if denials:
            if isinstance(item, Entity) and (own := _named(item)):
                self._denied[item.entity_type, own] = denials[0][0].id
            told = [f"{each.id}: {verdict.reason}" for each, verdict in denials]
            return Either(left=OMError(name, "; ".join(told)))
        for each, verdict in said:
            if verdict.masking is not None:
                self.status.rule(each.id, "mask", name, verdict.reason)
        now = _masked(item, [verdict.masking for _, verdict in said if verdict.masking is not None])
        self.status.updated_records += now is not item
        return now

    def _resting_on_denied(self, item: Item) -> str:
        """The policy that denied what this hangs under, or is about; "" where none has."""
        for entity_type, name in _resting_on(item):
            place = entity_type, _as_built(name)
            while place[1]:
                if denied_by := self._denied.get(place):
                    return denied_by
                place = PARENT_TYPES.get(place[0], ("",))[0], _above(place[1])
        return ""


def _verdict(each: Policy, item: Item) -> Verdict:
    """What a policy says; one that fails denies: nothing gets past it by its failure."""
    try:
        verdict = each(item)
    except DevsessionError as error:
        return deny(error.what, fix=error.next_step or f"mend {each.where}")
    except Exception as error:  # noqa: BLE001 - the author's code
        return deny(f"the policy raised {cause_of(error)}", fix="mend that line")
    if verdict.fix or verdict.what not in {"deny", "warn"}:
        return verdict
    return replace(verdict, fix=f"see {each.judges.__name__} in {each.where}")


def _masked(item: Item, masks: list[Masking]) -> Item:
    now = item
    for masking in masks:
        now = masking.of(now)
    if now is not item and isinstance(now, Placed) and now.source_hash:
        # Else the catalog would keep what it has: by its own hash the entity is as before.
        hashed = blake2b(" ".join([now.source_hash, *map(str, masks)]).encode(), digest_size=16)
        now = now.model_copy(update={"source_hash": hashed.hexdigest()})
    return now


def _resting_on(item: Item) -> Iterator[tuple[str, str]]:
    """What an item hangs under or is about, by type and name."""
    if isinstance(item, Placed | Tag) and (own := _named(item)):
        yield PARENT_TYPES[item.entity_type][0], _above(own)
    elif isinstance(item, TestCase):
        yield "table", item.table
    elif isinstance(item, TestResult):
        yield "testCase", item.test_case
        yield "table", _above(item.test_case, keep=_TABLE)
    elif isinstance(item, PipelineStatus):
        yield "pipeline", item.pipeline
    elif isinstance(item, LineageEdge):
        ends: tuple[Reference, ...] = (item.from_entity, item.to_entity)
        yield from ((end.type, end.fqn) for end in ends)


def _names_of_ends(edge: LineageEdge) -> tuple[str, str]:
    return edge.from_entity.fqn, edge.to_entity.fqn


def _named(entity: Entity) -> str:
    try:
        return entity.fqn
    except (EntityError, NotImplementedError):
        return ""  # it can be stored nowhere, which the sink says


def _as_built(name: str) -> str:
    """The name as entities have it: somebody may quote what needs no quotes."""
    try:
        return fqn.build(*fqn.split(name)) if name else ""
    except EntityError:
        return name  # nothing is called that


def _above(name: str, keep: int | None = None) -> str:
    """The name of what is above, or the first parts of a name. "" where there is none."""
    try:
        return fqn.parent(name) if keep is None else fqn.build(*fqn.split(name)[:keep])
    except EntityError:
        return ""
