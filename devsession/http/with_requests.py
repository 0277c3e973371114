"""A session of requests whose adapter sends again what failed; each try is requests' own."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError, SSLError

from devsession.http.retries import PLAYED, Tries

if TYPE_CHECKING:
    from devsession.http.limiter import RateLimiter
    from devsession.http.retries import Retries

_UNANSWERED = (requests.ConnectionError, requests.Timeout, ChunkedEncodingError)


def session_of(retries: Retries, limiter: RateLimiter | None) -> requests.Session:
    """One that repeats by these, each try within these limits."""
    session = requests.Session()
    for prefix in ("https://", "http://"):
        session.mount(prefix, _Adapter(retries, limiter))
    return session


class _Adapter(HTTPAdapter):
    def __init__(self, retries: Retries, limiter: RateLimiter | None) -> None:
        super().__init__()
        self._retries = retries
        self._limiter = limiter

    def send(
        self, request: requests.PreparedRequest, stream: bool = False, *args: Any, **options: Any
    ) -> requests.Response:
        # What a body that streams has given once it does not give again.
        whole = request.body is None or isinstance(request.body, (bytes, str))
        tries = Tries(self._retries, request.method or "", repeatable=whole)
        while True:
            try:
                response = self._send_once(request, stream, *args, **options)
            except _UNANSWERED as error:
                seconds = tries.after_error() if self._repeats(error) else None
                if seconds is None:
                    raise
            else:
                played = getattr(response.raw, PLAYED, False)
                seconds = tries.after(response.status_code, response.headers, played=played)
                if seconds is None:
                    return response
                response.close()
            tries.wait(seconds)

    def _repeats(self, error: Exception) -> bool:
        late = isinstance(error, requests.ReadTimeout) and not self._retries.timeouts
        return not late and not isinstance(error, SSLError)

    def _send_once(
        self, request: requests.PreparedRequest, stream: bool, *args: Any, **options: Any
    ) -> requests.Response:
        held = (
            self._limiter.request(request.method or "", request.url or "")
            if self._limiter
            else nullcontext()
        )
        with held:
            response = super().send(request, stream, *args, **options)
        if not stream:
            response.content  # noqa: B018 - a body that breaks off is no answer either
        return response
