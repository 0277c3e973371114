"""Why a service does not start, told through its log by the process to whoever started it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from devsession.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.errors import DevsessionError

_FACTS = ("what", "tried", "where", "next_step")


def tell(error: DevsessionError) -> None:
    """Writes the error as the last line of the log."""
    print(json.dumps({fact: getattr(error, fact) for fact in _FACTS}), file=sys.stderr)  # noqa: T201


def told(log: Sequence[str], service: str) -> ServiceError | None:
    """The error in the last line of a log; None when it holds another cause."""
    try:
        facts = json.loads(log[-1])
        what = facts.pop("what")
        return ServiceError(
            what, **{name: str(facts[name]) for name in _FACTS[1:]}, service=service
        )
    except (IndexError, ValueError, TypeError, KeyError, AttributeError):
        return None
