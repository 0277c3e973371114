"""An entity or fact as a line of JSON that gives the same one back.

A line has the item's class as `kind`, and its fields under the wire's names: `{"kind": "Table",
"service": "crm", "database": "sales", "schema": "public", "name": "orders", "columns": [..]}`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from devsession.errors import EntityError, did_you_mean
from devsession.openmetadata.model import entities, facts
from devsession.openmetadata.model.base import Model

if TYPE_CHECKING:
    from collections.abc import Mapping

KIND = "kind"
_KINDS: dict[str, type[Model]] = {
    name: kind
    for module in (entities, facts)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and issubclass(kind, Model)
}


def line_of(item: Model) -> bytes:
    """An item as a line, without its end."""
    kind = kind_of(type(item))
    # What the wire says in another way, a table's schema, stands here as the item has it.
    kept = {
        field.alias or name: value
        for name, field in kind.model_fields.items()
        if field.exclude is True and (value := getattr(item, name)) not in (None, "")
    }
    head = to_json({KIND: kind.__name__, **kept})
    rest = item.__pydantic_serializer__.to_json(
        item, by_alias=True, exclude_none=True, exclude=set(kind.model_computed_fields)
    )
    return head if rest == b"{}" else head[:-1] + b"," + rest[1:]


def item_of(line: Mapping[str, Any]) -> Any:
    """The item of a line, read as JSON. Raises: EntityError for one that is none."""
    fields = dict(line)
    named = fields.pop(KIND, "")
    kind = _KINDS.get(named) if isinstance(named, str) else None
    if kind is None:
        raise EntityError(
            f"{named!r} is no kind of entity",
            tried=did_you_mean(str(named), _KINDS),
            next_step="pip install --upgrade devsession, where a newer one has written it",
        )
    return kind.model_validate(fields)


@cache
def kind_of(kind: type[Model]) -> type[Model]:
    """Of an author's own subclass, the class that a line can be read as."""
    return next((each for each in kind.__mro__ if _KINDS.get(each.__name__) is each), kind)
