"""Questions about a form as `describe()` shows it: what is still open, and where to say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAPPING, _TEMPLATE = "mapping", "template"
_OFFERED = ("columns", "app_fields", "filters")
_REQUIRED = "is required"


def still_open(shown: Mapping[str, Any]) -> dict[str, str]:
    """Name -> label of everything that keeps the form from being complete; the mapper comes last."""
    labels = {
        field["name"]: field["label"]
        for field in shown["fields"]
        if field["error"] or field["name"] in shown["missing"]
    }
    mapper = shown["mapper"]
    name = _TEMPLATE if mapper and _TEMPLATE in mapper else _MAPPING
    if mapper and (name in shown["missing"] or mapper["error"] or mapper["errors"]):
        labels[name] = mapper["label"]
    return labels


def with_missing_marked(shown: Mapping[str, Any]) -> dict[str, Any]:
    """The same description, with an error at everything that is required and not answered."""
    missing = shown["missing"]
    fields = [
        {**field, "error": field["error"] or (_REQUIRED if field["name"] in missing else "")}
        for field in shown["fields"]
    ]
    mapper = shown["mapper"]
    if mapper and _MAPPING in missing:
        mapper = _with_unmapped_marked(mapper)
    if mapper and _TEMPLATE in mapper and _TEMPLATE in missing:
        mapper = {**mapper, "error": mapper["error"] or _REQUIRED}
    return {**shown, "fields": fields, "mapper": mapper}


def apart(
    mapper: Mapping[str, Any] | None, known: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """A mapper as it stands, and what it offers: columns with what is known, fields of the app, filters.

    A thousand of them are a lot to send with each change.
    """
    if mapper is None:
        return None, {}
    stands = {key: each for key, each in mapper.items() if key not in _OFFERED}
    offered = {key: each for key, each in mapper.items() if key in _OFFERED}
    columns = [dict(known.get(name, {"name": name})) for name in mapper["columns"]]
    return stands, {**offered, "columns": columns}


def parts_apart(
    shown: Mapping[str, dict[str, Any] | None],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parts of a page as they stand, and what they have as `offered`, by the part's name."""
    stands = {
        name: part and {key: each for key, each in part.items() if key != "offered"}
        for name, part in shown.items()
    }
    return stands, {
        name: part["offered"] for name, part in shown.items() if part and "offered" in part
    }


def _with_unmapped_marked(mapper: Mapping[str, Any]) -> dict[str, Any]:
    unmapped = dict.fromkeys(mapper["unmapped"], _REQUIRED)
    nothing = "" if unmapped else "map at least one field"
    errors = {**unmapped, **mapper["errors"]}
    return {**mapper, "error": mapper["error"] or nothing, "errors": errors}
