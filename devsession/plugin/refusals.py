"""Why the app refused records, in one line: for reports of outcomes and for runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.render import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHOWN = 3
_WIDTH = 100


def first_causes(causes: Mapping[str, int]) -> dict[str, int]:
    """The most frequent causes, each short enough for a line."""
    frequent = sorted(causes, key=lambda cause: -causes[cause])
    return {shortened(cause, _WIDTH): causes[cause] for cause in frequent[:_SHOWN]}


def refused(count: int, causes: Mapping[str, int]) -> str:
    """`3 refused: has this email (2); no such list`, and how many causes are not named."""
    named = [f"{why} ({n:,})" if n > 1 else why for why, n in first_causes(causes).items()]
    hidden = len(causes) - len(named)
    named += [f"and {hidden:,} more"] if hidden > 0 else []
    return f"{count:,} refused" + (f": {'; '.join(named)}" if named else "")
