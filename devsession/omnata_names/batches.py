"""Managed outbound processing as the dialect means it: outcomes go back without being passed on."""

from __future__ import annotations

from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, Any

from devsession.omnata_names.http import get_ratelimit_retrying_http_session
from devsession.plugin import batches
from devsession.plugin.frame_argument import frame_call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pandas import DataFrame

    from devsession.plugin.outbound import OutboundSyncRequest

_request: ContextVar[OutboundSyncRequest | None] = ContextVar("omnata_request", default=None)


def managed_outbound_processing(
    concurrency: int, batch_size: int
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Ours; in `sync_outbound` the outcomes of each batch are enqueued as they come, besides.

    Given one frame or an iterator of them, it returns the outcomes as one frame: a plugin may
    enqueue them once more.

    Source: sync contract, managed processing.
    """
    manage = batches.managed_outbound_processing(concurrency, batch_size)

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        manage(function)  # refuses what cannot be managed where the author wrote it

        @wraps(function)
        def called(*args: Any, **kwargs: Any) -> DataFrame:
            call = frame_call(function, args, kwargs)

            @manage
            @wraps(function)
            def on_part(part: DataFrame) -> Any:
                return call.on(part)

            frames = iter([call.given]) if hasattr(call.given, "columns") else call.given
            return _handed_back(on_part(frames))

        return called

    return decorate


def handing_back(method: Callable[..., object]) -> Callable[..., object]:
    """While it runs, managed processing enqueues outcomes on the request that it was given.

    Older plugins ask the request for their HTTP session as well.
    """

    @wraps(method)
    def called(self: Any, *args: Any, **kwargs: Any) -> object:
        given = [each for each in [*args, *kwargs.values()] if hasattr(each, "enqueue_results")]
        request = given[0] if given else None
        if request is not None:
            vars(request)["get_ratelimit_retrying_http_session"] = (
                get_ratelimit_retrying_http_session
            )
        token = _request.set(request)
        try:
            return method(self, *args, **kwargs)
        finally:
            _request.reset(token)

    return called


class _Remembered:
    """Outcomes as they come, of which the parts so far are kept in `parts`."""

    def __init__(self, outcomes: batches.OutcomeBatches) -> None:
        self._outcomes = outcomes
        self.parts: list[DataFrame] = []

    def __iter__(self) -> Iterator[DataFrame]:
        return self

    def __next__(self) -> DataFrame:
        self.parts.append(next(self._outcomes))
        return self.parts[-1]

    def rest(self) -> Iterator[DataFrame]:
        """Those of batches in flight."""
        return self._outcomes.rest()


def _handed_back(outcomes: batches.OutcomeBatches) -> DataFrame:
    from pandas import DataFrame, concat

    from devsession.plugin.outcomes import OUTCOME_COLUMNS

    remembered, request = _Remembered(outcomes), _request.get()
    if request is not None:
        request.enqueue_results(remembered)
    parts = [*remembered.parts, *remembered]
    return concat(parts, ignore_index=True) if parts else DataFrame(columns=list(OUTCOME_COLUMNS))
