"""What a receiver logs: a record for each event that was handled, and each request that was refused.

Through the logger `devsession.openmetadata.events`, whose records carry `event`, `entity`, `step`,
`state` and `cause`, without secrets.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devsession.openmetadata.model.change_event import ChangeEvent

LOGGER = logging.getLogger("devsession.openmetadata.events")


def log_handled(event: ChangeEvent, step: str, state: str, cause: str = "", then: str = "") -> None:
    """An event was in a handler's hands. then: what happens now, of one that failed."""
    entity = event.fqn or event.entity_id or ""
    extra = {"event": event.id, "entity": entity, "step": step, "state": state}
    said = ": ".join(filter(None, (state, cause)))
    LOGGER.log(
        logging.ERROR if cause else logging.INFO,
        "%s %s %s: %s",
        *(event.event_type, event.entity_type, entity, f"{said}; {then}" if then else said),
        extra=extra | ({"cause": cause} if cause else {}),
    )


def log_refused(status: int, cause: str, peer: str) -> None:
    """A request was refused."""
    extra = {"step": "receiver", "status": status, "cause": cause}
    LOGGER.warning("refused %s from %s: %s", status, peer or "?", cause, extra=extra)


def log_trouble(what: str, cause: str, event: str = "") -> None:
    """Something that the receiver itself could not do."""
    extra = {"step": "receiver", "cause": cause} | ({"event": event} if event else {})
    LOGGER.error("%s: %s", what, cause, extra=extra)
