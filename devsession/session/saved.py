"""What declaring something again has changed, as a line for the author."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from devsession.warehouse.store import Saved


# What the records call it -> what an author does.
PLAIN = {
    "connection_method": "method",
    "connection_parameters": "values",
    "connection_secrets": "secrets",
    "sync_parameters": "values",
    "target_type": "target type",
    "field_mappings": "mapping",
}


class Note(str):
    """A line for the author; as a cell's last value it is shown as it is, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def saved_note(what: str, saved: Saved[Any]) -> Note:
    """`contacts saved`, or `contacts saved, changed: source, identifier`.

    What was empty before is filled, not changed: the first run of a cell reads like the second.
    """
    replaced = [PLAIN.get(name, name) for name, (before, _) in saved.changes.items() if before]
    changed = "" if saved.created else ", ".join(sorted(replaced))
    return Note(f"{what} saved" + (f", changed: {changed}" if changed else ""))
