"""What can become of a call, other than being answered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator

from devsession.sandbox.cutting import cut

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

OK, RESET_REQUEST, RESET_ANSWER, TRUNCATED = "ok", "reset_request", "reset_answer", "truncated"
_FATES = {OK, RESET_REQUEST, RESET_ANSWER, TRUNCATED}
_STATUS = re.compile("[45][0-9]{2}")


def _is_fate(text: str) -> str:
    if text not in _FATES and not _STATUS.fullmatch(text):
        raise ValueError(
            f"a fate is a status from 400 to 599, or one of {', '.join(sorted(_FATES))}"
        )
    return text


Fate = Annotated[str, AfterValidator(_is_fate)]
"""A status from 400 to 599, or one of the names above."""


async def meet(fate: str, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """The call, or what becomes of it."""
    if fate == OK:
        await app(scope, receive, send)
        return
    if fate == RESET_REQUEST:
        await receive()  # what has come of it so far
        await cut(receive, send)
        return
    start, content = await _answered(app, scope, receive)
    half = content[: len(content) // 2]
    if fate == TRUNCATED:
        # A gateway's: by its headers it is whole.
        start["headers"] = [
            (name, str(len(half)).encode() if name == b"content-length" else value)
            for name, value in start["headers"]
        ]
    await send(start)
    more = fate == RESET_ANSWER
    await send({"type": "http.response.body", "body": half, "more_body": more})
    if more:
        await cut(receive, send)


async def _answered(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    """What the app answers, unsent."""
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    return messages[0], b"".join(each.get("body", b"") for each in messages[1:])
