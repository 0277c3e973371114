"""A webhook's receiver: stores each event of a catalog before it answers, and hands it over once.

app = receiver(AuditLog.using(api_key=..), secret=.., inbox="events.db")     # uvicorn module:app
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from devsession.openmetadata.events.handler import EventHandler
from devsession.openmetadata.events.limits import Limits
from devsession.openmetadata.steps.steps import Planned

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta

    from starlette.applications import Starlette

HandlerLike: TypeAlias = EventHandler | Planned | type[EventHandler]


def receiver(  # noqa: PLR0913 - what keeps an operator's machine safe is each one's own
    handler: HandlerLike,
    *,
    inbox: str | Path,
    secret: str = "",
    token: str = "",
    allow: Iterable[str] = (),
    max_bytes: int = Limits.max_bytes,
    at_once: int = Limits.at_once,
    max_age: timedelta = Limits.max_age,
    attempts: int = Limits.attempts,
    first_wait: float = Limits.first_wait,
    requests: int = Limits.requests,
    unfinished: int = Limits.unfinished,
    unfinished_bytes: int = Limits.unfinished_bytes,
) -> Starlette:
    """An ASGI app that takes a catalog's events at `/events`, for uvicorn or any other server.

    An event is answered with 200 when it stands in the inbox, or stood there already; it is handed
    over after that, those of one entity one after the other. One process for an inbox.

    handler: an instance, a class, or `AuditLog.using(..)`; it is called by several threads.
    inbox: a file on a local disk, made where it is not there. secret: what bodies are signed with,
    token: a bearer's; one of the two has to be given, and what is given is asked for. allow:
    networks that may connect. max_bytes: of a body. at_once: events handled at the same time.
    max_age: of an event; its id is remembered as long. attempts: of an event, before it counts as
    failed; first_wait: seconds before the second one. requests: at the same time. unfinished:
    events that wait or have failed, unfinished_bytes: their bodies together, before no other is
    taken.

    Raises: UsageError for what cannot be. What the handler's prepare() raises and InboxError
        end the server's start.
    """
    from devsession.openmetadata.events.receiving import Receiver

    limits = Limits(
        max_bytes=max_bytes,
        max_age=max_age,
        at_once=at_once,
        attempts=attempts,
        first_wait=first_wait,
        requests=requests,
        unfinished=unfinished,
        unfinished_bytes=unfinished_bytes,
    )
    return Receiver(
        handler, Path(inbox), secret=secret, token=token, allow=allow, limits=limits
    ).app
