"""A view a stream, with a typed column for each field of its records."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from devsession.quoting import quoted
from devsession.warehouse.columns import SIMPLE_NAME
from devsession.warehouse.inbound_types import typed
from devsession.warehouse.statements import statement

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

# Of 255 that a name may have; the rest is for a number at its end.
_LONGEST_NAME = 240
_OURS = ("APP_IDENTIFIER", "RETRIEVE_DATE")


def view_name(slug: str, stream_name: str, taken: Container[str]) -> str:
    """A name that nothing else has: `CRM_CONTACTS`, for stream contacts of sync crm."""
    words = re.sub(r"\W+", "_", f"{slug}_{stream_name}").strip("_").upper()
    return _free(words or "STREAM", taken)


def view_sql(view: str, table: str, json_schema: Mapping[str, Any]) -> str:
    """The statement that makes the view, of a stream whose records have this json_schema.

    view: as SQL has it.

    A field called `email` is EMAIL, as SQL reads it without quotes; another name stays as it is.
    Names that differ only in case get a number, as SQL tells them apart no more than we do.
    """
    fields = json_schema.get("properties", {})
    columns = [f"{typed(field, fields[field])} as {name}" for field, name in _names(fields)]
    return statement("inbound/view", view=view, table=table, columns=", ".join([*_OURS, *columns]))


def _names(fields: Iterable[str]) -> Iterator[tuple[str, str]]:
    taken = set(_OURS)
    for field in fields:
        name = _free(field.upper() if SIMPLE_NAME.match(field) else field.strip() or "_", taken)
        taken.add(name.upper())
        yield field, quoted(name)


def _free(name: str, taken: Container[str]) -> str:
    """The name, or with the first number that makes it another than those that are taken."""
    name = name[:_LONGEST_NAME]
    if name.upper() not in taken:
        return name
    number = 2
    while f"{name}_{number}".upper() in taken:
        number += 1
    return f"{name}_{number}"
