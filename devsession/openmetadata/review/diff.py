"""Entities of a run against the catalog: what a run would create, update, leave, and find stale."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from devsession.openmetadata.model import fqn
from devsession.openmetadata.model.base import Entity
from devsession.openmetadata.model.content_hash import content_hash
from devsession.openmetadata.model.entities import Placed
from devsession.openmetadata.model.facts import LineageEdge, TestCase
from devsession.openmetadata.model.families import family
from devsession.openmetadata.steps.causes import name_of
from devsession.render import (
    DOUBTFUL,
    GOOD,
    NEUTRAL,
    counted,
    html_line,
    html_report,
    html_table,
    text_table,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pandas import DataFrame

    from devsession.openmetadata.review.known import Known
    from devsession.openmetadata.steps.rulings import Ruling
    from devsession.openmetadata.steps.steps import Item

What = Literal["create", "update", "unchanged", "stale"]
_ORDER: tuple[What, ...] = ("create", "update", "unchanged", "stale")
_SHOWN = 20
_HASH = "sourceHash"


@dataclass(frozen=True)
class Change:
    """What a run would do with one entity, or one edge of the lineage. fields: of an update, those that are otherwise."""

    what: What
    entity_type: str
    fqn: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class CatalogDiff:
    """What a run would change in the catalog; true when that is nothing.

    rulings: what policies said; of what they deny nothing is told here, and nothing as stale: a run
    that loses an entity deletes nothing.
    """

    changes: tuple[Change, ...]
    rulings: tuple[Ruling, ...] = ()

    def __bool__(self) -> bool:
        return not self.changed

    @property
    def counts(self) -> dict[str, int]:
        """How many to create, update, leave, and stale."""
        found = Counter(each.what for each in self.changes)
        return {what: found[what] for what in _ORDER}

    @property
    def changed(self) -> list[Change]:
        """All but what is unchanged."""
        return [each for each in self.changes if each.what != "unchanged"]

    @property
    def headline(self) -> str:
        """The counts in one line."""
        told = [f"{what} {n:,}" for what, n in self.counts.items()]
        return "catalog: " + ", ".join([*told, *(["some denied"] if self._denied else [])])

    def __str__(self) -> str:
        types = [(kind, *(f"{n:,}" for n in row)) for kind, *row in self._by_type()]
        parts = [self.headline]
        if types:
            parts += ["", text_table(("type", *_ORDER), types)]
        if shown := self._shown():
            parts += ["", text_table(("", "entity", "fields"), shown)]
        return "\n".join([*parts, *self._notes()])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        tables = [html_table(("type", *_ORDER), self._by_type())] if self.changes else []
        if shown := self._shown():
            tables.append(html_table(("", "entity", "fields"), shown))
        edge = DOUBTFUL if self.counts["stale"] else (GOOD if self else NEUTRAL)
        return html_report(self.headline, *tables, *map(html_line, self._notes()), edge=edge)

    def to_frame(self) -> DataFrame:
        """One row an entity: WHAT, TYPE, FQN, FIELDS (a list)."""
        from pandas import DataFrame

        rows = [(each.what, each.entity_type, each.fqn, list(each.fields)) for each in self.changes]
        return DataFrame(rows, columns=["WHAT", "TYPE", "FQN", "FIELDS"])

    def to_dict(self) -> dict[str, Any]:
        """The counts, and what changes."""
        changed = [
            {"what": each.what, "type": each.entity_type, "fqn": each.fqn, "fields": each.fields}
            for each in self.changed
        ]
        policies = [each.to_dict() for each in self.rulings]
        return {"counts": self.counts, "changes": changed, "policies": policies}

    def _by_type(self) -> list[tuple[Any, ...]]:
        found = Counter((each.entity_type, each.what) for each in self.changes)
        types = dict.fromkeys(each.entity_type for each in self.changes)
        return [(kind, *(found[kind, what] for what in _ORDER)) for kind in types]

    def _shown(self) -> list[tuple[str, str, str]]:
        return [(each.what, each.fqn, ", ".join(each.fields)) for each in self.changed[:_SHOWN]]

    @property
    def _denied(self) -> bool:
        return any(each.verdict == "deny" for each in self.rulings)

    def _notes(self) -> Iterator[str]:
        for each in self.rulings[:_SHOWN]:
            yield str(each)
            if each.fix:
                yield f"  fix: {each.fix}"
        if self._denied:
            yield "nothing is stale: a run that loses an entity deletes nothing"
        hidden = len(self.changed) - _SHOWN
        if hidden > 0:
            yield f"and {hidden:,} more: .to_frame()"
        if stale := self.counts["stale"]:
            yield (
                f"{counted(stale, 'entity')} stale: a run deletes them only when asked to: "
                "run(delete_unseen=True), or --delete-unseen"
            )


def diff_items(
    items: Iterable[Item],
    known: Known,
    *,
    reads: Callable[[str, str], bool] = lambda _kind, _name: True,
    rulings: Sequence[Ruling] = (),
) -> CatalogDiff:
    """Compare what a run came to, its lineage too, with what the catalog has of the same services.

    Of an entity that came twice the last counts, as in the catalog. Stale is what the catalog has in
    a service of which this run had something, and that did not come. reads: whether the run reads an
    entity at all, by its type and name; what it does not is not stale. rulings: what policies said on
    the way.
    """
    items = list(items)
    came = {
        (each.entity_type, each.fqn): each
        for each in items
        if isinstance(each, Entity) and not isinstance(each, TestCase)
    }
    scopes = dict.fromkeys(
        (each, fqn.build(fqn.split(name)[0])) for kind, name in came for each in family(kind)
    )
    there: dict[tuple[str, str], Mapping[str, Any]] = {}
    for kind, scope in scopes:
        there |= {(kind, found["fullyQualifiedName"]): found for found in known.under(kind, scope)}
    changes = []
    for (kind, name), each in came.items():
        before = there.get((kind, name)) if family(kind) else known.find(kind, name)
        changes.append(_change(each, name, before))
    changes += _edges(items, known)
    denied = any(each.verdict == "deny" for each in rulings)
    gone = () if denied else (key for key in there if key not in came and reads(*key))
    stale = [Change("stale", *key) for key in gone]
    return CatalogDiff((*changes, *stale), tuple(rulings))


def _edges(items: Iterable[Item], known: Known) -> Iterator[Change]:
    """The lineage; the catalog is asked once for each entity that it leads to."""
    to: dict[tuple[str, str], dict[str, LineageEdge]] = {}
    for each in items:
        if isinstance(each, LineageEdge):
            end = each.to_entity
            to.setdefault((end.type, end.fqn), {})[name_of(each)] = each
    for (kind, end_name), edges in to.items():
        there = known.lineage_to(kind, end_name) if end_name else []
        before = {each["fromEntity"]: each["lineageDetails"] for each in there}
        for name, edge in edges.items():
            # One that is named by its id alone is created, as the sink has it.
            stored = before.get(edge.from_entity.fqn) if edge.from_entity.fqn else None
            said = edge.lineage_details.to_wire()
            same = stored is not None and _is_there(said, stored)
            what: What = "create" if stored is None else "unchanged" if same else "update"
            fields = ("lineageDetails",) if what == "update" else ()
            yield Change(what, "lineage", name, fields)


def _change(entity: Entity, name: str, before: Mapping[str, Any] | None) -> Change:
    kind = entity.entity_type
    if before is None:
        return Change("create", kind, name)
    if isinstance(entity, Placed) and before.get(_HASH) == content_hash(entity):
        return Change("unchanged", kind, name)
    said = {key: value for key, value in entity.to_wire().items() if key != _HASH}
    fields = tuple(key for key, value in said.items() if not _is_there(value, before.get(key)))
    if isinstance(entity, Placed):
        # What the catalog has was said by something else; the run says it anew.
        return Change("update", kind, name, fields or (_HASH,))
    return Change("update" if fields else "unchanged", kind, name, fields)


def _is_there(said: Any, stored: Any) -> bool:
    """Whether the catalog has what is said; it says more of everything: ids, names, addresses."""
    if isinstance(said, dict) and isinstance(stored, dict):
        return all(_is_there(value, stored.get(key)) for key, value in said.items())
    if isinstance(said, list) and isinstance(stored, list):
        return len(said) == len(stored) and all(map(_is_there, said, stored))
    if isinstance(said, str) and isinstance(stored, dict):
        # A name on the way there is a reference on the way back.
        return said in {stored.get("fullyQualifiedName"), stored.get("name")}
    return bool(said == stored)
