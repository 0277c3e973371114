"""Entities as a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.openmetadata.model.entities import Governed, Table
from devsession.openmetadata.review.rule_case import Case

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pandas import DataFrame

    from devsession.openmetadata.steps.steps import Item

_COLUMNS = ["TYPE", "FQN", "NAME", "DESCRIPTION", "COLUMNS", "TAGS"]


def entities_frame(items: Iterable[Item]) -> DataFrame:
    """One row an entity: TYPE, FQN, NAME, DESCRIPTION, COLUMNS (how many), TAGS (their names)."""
    from pandas import DataFrame

    rows = [
        (
            each.entity_type,
            name,
            each.name,
            each.description,
            len(each.columns) if isinstance(each, Table) else None,
            [label.tag_fqn for label in each.tags] if isinstance(each, Governed) else [],
        )
        for name, each in Case(items).entities
    ]
    return DataFrame(rows, columns=_COLUMNS, dtype=object)
