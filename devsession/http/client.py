"""Clients that send again what failed: a session of requests, and httpx's clients.

429, 500, 502, 503, 504 and no answer at all are tried again: after what Retry-After says, both in
seconds and as a date, else after waits that double, with jitter. Methods that may be carried out
twice (GET, HEAD, OPTIONS, TRACE, PUT, DELETE) are repeated; others when `retry_methods` names them, on a
429 too, for not every app refuses before it begins. When tries are used up, or the current deadline
would pass before the next one, the app's last answer comes back, or the last error is raised.

Each try is sent by the library as ever. Bodies of answers stream as ever. A request whose own body
streams (a file, a generator) is sent once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from devsession.http.retries import Retries

if TYPE_CHECKING:
    from collections.abc import Collection

    import httpx
    import requests

    from devsession.http.clock import Clock
    from devsession.http.limiter import RateLimiter


def retrying_session(
    *,
    retry_methods: Collection[str] = (),
    retry_statuses: Collection[int] | None = None,
    retry_timeouts: bool = True,
    tries: int = 8,
    limiter: RateLimiter | None = None,
    clock: Clock | None = None,
) -> requests.Session:
    """A session of requests that sends again what failed.

    retry_methods: which are repeated besides those that always may be, such as `["POST"]` where
    the app knows a record again. retry_statuses: the answers that are tried again, instead of those
    above. retry_timeouts: False raises at once when the app was reached and its answer did not
    come in time: for who sends less the next time. tries: at most, the first one included.
    limiter: each try waits for it, where no development session keeps the limits already.

    Raises: UsageError for arguments that cannot be.
    """
    from devsession.http.with_requests import session_of

    retries = Retries.of(retry_methods, tries, clock)
    statuses = retries.statuses if retry_statuses is None else frozenset(retry_statuses)
    return session_of(replace(retries, statuses=statuses, timeouts=retry_timeouts), limiter)


def retrying_client(
    *,
    retry_methods: Collection[str] = (),
    tries: int = 8,
    limiter: RateLimiter | None = None,
    clock: Clock | None = None,
    **options: Any,
) -> httpx.Client:
    """The same as a client of httpx; it takes httpx's own options too.

    Raises: as `retrying_session`.
    """
    from devsession.http.with_httpx import RetryingClient

    return RetryingClient(Retries.of(retry_methods, tries, clock), limiter, **options)


def retrying_async_client(
    *,
    retry_methods: Collection[str] = (),
    tries: int = 8,
    limiter: RateLimiter | None = None,
    clock: Clock | None = None,
    **options: Any,
) -> httpx.AsyncClient:
    """The same as an asynchronous client of httpx.

    Raises: as `retrying_session`.
    """
    from devsession.http.with_httpx import RetryingAsyncClient

    return RetryingAsyncClient(Retries.of(retry_methods, tries, clock), limiter, **options)
