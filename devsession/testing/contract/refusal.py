"""How an app refuses: as it was recorded, or as apps do."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from devsession.recording.exchange import Exchange

_WORDS = {
    HTTPStatus.UNAUTHORIZED: "the credentials are not valid",
    HTTPStatus.BAD_REQUEST: "the email is not valid",
}


@dataclass(frozen=True)
class Refusal:
    """What the app answers to the requests that it refuses. headers: besides those of the body."""

    status: HTTPStatus
    body: bytes
    refuses: Callable[[Exchange], bool] = lambda _: True
    headers: dict[str, str] = field(default_factory=dict)

    def answer(self, request: Exchange) -> Exchange:
        """The answer to a request that is refused."""
        answer = answered(request, self.status, self.body)
        more = {name: [value] for name, value in self.headers.items()}
        return replace(answer, response_headers={**answer.response_headers, **more})


def refusals(
    status: HTTPStatus,
    recorded: Iterable[Exchange] = (),
    refuses: Callable[[Exchange], bool] = lambda _: True,
) -> list[Refusal]:
    """Ways to refuse, the app's own first: a plugin that understands one of them is right.

    refuses: the requests that are refused.
    """
    own = [each.response_body for each in recorded if each.status == status]
    words = _WORDS[status]
    made_up = (
        {"error": {"code": "refused", "message": words}, "message": words},
        {"error": words, "error_description": words},
    )
    bodies = [*own[:1], *(json.dumps(each).encode() for each in made_up), words.encode()]
    return [Refusal(status, body, refuses) for body in bodies]


def answered(request: Exchange, status: HTTPStatus, body: bytes) -> Exchange:
    """An answer in the app's place."""
    headers = {"Content-Type": ["application/json"], "Content-Length": [str(len(body))]}
    return replace(
        request,
        status=int(status),
        reason=status.phrase,
        response_headers=headers,
        response_body=body,
    )
