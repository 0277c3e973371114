"""The first records as they would be sent, for a form to show below its mapper."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Sample:
    """What a mapping makes of some rows.

    rows: a record each, its values as text; None for none.
    refused: field of the app -> why the warehouse does not take what fills it.
    error: why there are no records at all.
    """

    headings: Sequence[str] = ()
    rows: Sequence[Sequence[str | None]] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    error: str = ""

    def shown(self) -> dict[str, Any]:
        """As JSON, for the page."""
        return asdict(self)
