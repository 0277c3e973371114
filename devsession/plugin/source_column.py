"""What is known of a column of the source, to map it by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SourceColumn:
    """A column: its name, the kind of its values ("text", "number", ..), and some of them, short.

    What is not known is empty.
    """

    name: str
    kind: str = ""
    samples: tuple[str, ...] = ()
