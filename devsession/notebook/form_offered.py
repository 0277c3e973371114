"""What a form's page offers: it is much and hardly changes, so that it is sent apart from what does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_OFFERED = ("columns", "app_fields", "filters")


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
