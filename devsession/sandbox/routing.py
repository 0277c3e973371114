"""From endpoints to routes: every refusal becomes an answer at one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from devsession.sandbox.refusals import RefusedError, refusal_response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    Endpoint = Callable[[Request], Awaitable[Response]]


def route(path: str, **endpoints: Endpoint) -> Route:
    """One route a path, so that a refused method is answered with all that are allowed."""

    async def answer(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        try:
            return await endpoints[method](request)
        except RefusedError as refused:
            return refusal_response(refused, request.state.request_id)

    return Route(path, answer, methods=list(endpoints))
