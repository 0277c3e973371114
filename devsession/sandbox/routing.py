"""What the app does, operation by operation: its routes and its description come from the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.routing import Route

from devsession.sandbox.parameters import check_names
from devsession.sandbox.refusals import RefusedError, refusal_response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from devsession.sandbox.parameters import Parameter

    Endpoint = Callable[[Request], Awaitable[Response]]
    Schema = dict[str, Any]
    _Endpoint = TypeVar("_Endpoint", bound=Callable[..., Awaitable[Response]])

_MARK = "_operation"


@dataclass(frozen=True)
class Operation:
    """One method of one address.

    Args:
        does: one line for people.
        answers: status -> JSON Schema of the content.
        takes: JSON Schema of the body, where there is one.
        refuses: the codes of `refusals.STATUS` that are this operation's own; those that come with
            a body, a parameter or a key need not be said.
        open: whether everybody may ask.
        form: whether the body is a form instead of JSON.
    """

    name: str
    method: str
    path: str
    does: str
    endpoint: Endpoint
    answers: Mapping[int, Schema]
    takes: Schema | None = None
    parameters: tuple[Parameter[Any], ...] = ()
    refuses: tuple[str, ...] = ()
    open: bool = False
    form: bool = False


def operation(
    method: str, path: str, answers: Mapping[int, Schema], takes: Schema | None = None, **about: Any
) -> Callable[[_Endpoint], _Endpoint]:
    """Marks a method as an endpoint: the operation is called as it is, and does what its text says.

    about: the options of `Operation`.
    """

    def marked(endpoint: _Endpoint) -> _Endpoint:
        does = (endpoint.__doc__ or "").rstrip(".")
        told = Operation(endpoint.__name__, method, path, does, endpoint, answers, takes, **about)
        setattr(endpoint, _MARK, told)
        return endpoint

    return marked


def operations_of(part: object) -> list[Operation]:
    """What is marked in an object's class, in its order."""
    marked = (getattr(each, _MARK, None) for each in vars(type(part)).values())
    return [replace(each, endpoint=getattr(part, each.name)) for each in marked if each]


def routes(operations: Iterable[Operation]) -> list[Route]:
    """One route a path, so that a refused method is answered with all that are allowed."""
    return [
        _route(path, {operation.method: operation for operation in group})
        for path, group in groupby(operations, key=lambda operation: operation.path)
    ]


def _route(path: str, operations: Mapping[str, Operation]) -> Route:
    async def answer(request: Request) -> Response:
        operation = operations["GET" if request.method == "HEAD" else request.method]
        try:
            if operation.parameters:
                check_names(request, [each.name for each in operation.parameters])
            return await operation.endpoint(request)
        except RefusedError as refused:
            return refusal_response(refused, request.state.request_id)

    return Route(path, answer, methods=list(operations))
