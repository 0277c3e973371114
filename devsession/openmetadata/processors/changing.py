"""How processors change entities: copies with other tags and columns, and the tags themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from devsession.openmetadata.model import fqn
from devsession.openmetadata.model.entities import Classification, Governed, Table, Tag
from devsession.openmetadata.model.parts import Column, TagLabel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from devsession.openmetadata.model.base import Entity


class ProcessorConfig(BaseModel):
    """What the configurations of the processors have in common: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


def tagged(labels: list[TagLabel], *tags: str) -> list[TagLabel]:
    """The labels with these tags; the same list where it has them all."""
    there = {label.tag_fqn for label in labels}
    new = [TagLabel(tag_fqn=tag) for tag in dict.fromkeys(tags) if tag not in there]
    return [*labels, *new] if new else labels


def each_column(
    columns: list[Column], change: Callable[[Column, str], Column | None], above: str = ""
) -> list[Column]:
    """The columns, and the fields in them, as `change` gives them; the same list where none is new.

    change: a column and its path (`address.street`) -> itself, a copy, or None to leave it out.
    """
    changed: list[Column] = []
    for column in columns:
        path = f"{above}{column.name}"
        now = change(column, path)
        if now is None:
            continue
        children = each_column(now.children, change, f"{path}.") if now.children else now.children
        changed.append(
            now if children is now.children else now.model_copy(update={"children": children})
        )
    same = len(changed) == len(columns) and all(map(_is, changed, columns))
    return columns if same else changed


def columns_of(item: object) -> Iterator[tuple[str, Column]]:
    """The columns of a table, and the fields in them, each with its path, `address.street`."""
    return _below(item.columns) if isinstance(item, Table) else iter(())


def _below(columns: Iterable[Column], above: str = "") -> Iterator[tuple[str, Column]]:
    for column in columns:
        path = f"{above}{column.name}"
        yield path, column
        if column.children:
            yield from _below(column.children, f"{path}.")


def tags_of(item: object) -> set[str]:
    """The names of the tags of an entity and of its columns, or of one column and what is in it.

    Those of a glossary are no tags.
    """
    inside = _below([item]) if isinstance(item, Column) else columns_of(item)
    labels = list(item.tags) if isinstance(item, Governed) else []
    labels += [label for _, column in inside for label in column.tags]
    return {label.tag_fqn for label in labels if label.source == "Classification"}


def lacking(catalog: Any, entities: Iterable[Entity]) -> Iterator[Entity]:
    """Those that the catalog does not have; what somebody wrote there about the others stays."""
    for entity in entities:
        if catalog is None or catalog.get_by_name(type(entity), entity.fqn) is None:
            yield entity


def entities_of(tags: Iterable[str], why: str) -> Iterator[Entity]:
    """The classifications and tags of these names, each once, parents first."""
    parts = [fqn.split(tag) for tag in dict.fromkeys(tags)]
    for classification in dict.fromkeys(part[0] for part in parts):
        yield Classification(name=classification, description=why)
    for part in parts:
        yield Tag(name=part[-1], classification=part[0], description=why)


def _is(one: object, other: object) -> bool:
    return one is other
