"""What is said of an exception and of an item when one is lost."""

from __future__ import annotations

import inspect
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import devsession
from devsession.errors import DevsessionError
from devsession.openmetadata.model.facts import LineageEdge

if TYPE_CHECKING:
    from devsession.openmetadata.steps.steps import Item

_PACKAGE = str(Path(devsession.__file__).parent)


def cause_of(error: Exception, place: str = "") -> str:
    """What was raised, and where in the author's code: `KeyError: 'name' (plugin.py:12 in tables)`.

    place: of what was not raised there, and is about it all the same.
    """
    said = said_by(error)
    at = place_of(error) or place
    if not at:
        return said
    return f"{said} ({at})" if "\n" not in said else f"{said}\n  at:    {at}"


def place_of(error: Exception) -> str:
    """Where in the author's code it was raised: `plugin.py:12 in tables`; "" when not there."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((_PACKAGE, "<frozen "))
        and "site-packages" not in frame.filename
    ]
    if not frames:
        return ""
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno} in {frames[-1].name}"


def place_of_method(method: object) -> str:
    """Where in the author's code it is defined: `plugin.py:12 in handle`; "" of what is no Python."""
    code = getattr(inspect.unwrap(method), "__code__", None) if callable(method) else None
    return f"{Path(code.co_filename).name}:{code.co_firstlineno} in {code.co_name}" if code else ""


def said_by(error: Exception) -> str:
    """What was raised: `KeyError: 'name'`."""
    if isinstance(error, DevsessionError):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def name_of(item: Item) -> str:
    """The fully qualified name of an item, or what else tells it."""
    if isinstance(item, LineageEdge):
        return f"{_end(item.from_entity)} -> {_end(item.to_entity)}"
    for name in ("fqn", "test_case", "pipeline", "name"):
        try:
            found = getattr(item, name, "")
        except DevsessionError:
            continue  # a name that no fully qualified one can be made of
        if found:
            return str(found)
    return type(item).__name__


def _end(reference: object) -> str:
    return str(getattr(reference, "fqn", "") or getattr(reference, "id", ""))
