"""The app's rate limits, kept where a procedure calls it: requests and httpx wait for their turn."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from devsession.http.limiter import RateLimiter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.http.deadline import Deadline
    from devsession.plugin.contract import Plugin
    from devsession.plugin.parameters import SyncConfigurationParameters

# Library -> the class that sends one request, its method, and where that has the method and the URL.
_SENDERS = {
    "requests.adapters": ("HTTPAdapter", "send"),
    "httpx": ("HTTPTransport", "handle_request"),
}


@contextmanager
def limits_kept(
    plugin: Plugin, parameters: SyncConfigurationParameters, deadline: Deadline
) -> Iterator[None]:
    """Inside, each request of a library that is loaded waits until it may be sent."""
    limits = [each.to_limit() for each in plugin.api_limits(parameters)]
    if not limits:
        yield
        return
    limiter = RateLimiter(limits)
    limiter.deadline = deadline
    with ExitStack() as undone:
        for library, (name, method) in _SENDERS.items():
            module: Any = sys.modules.get(library)
            if module is not None:
                undone.callback(_wait_in(getattr(module, name), method, limiter))
        undone.callback(limiter.close)
        yield


def _wait_in(sender: Any, method: str, limiter: RateLimiter) -> Any:
    """Let a method wait; what undoes that."""
    before = getattr(sender, method)

    def waiting(self: object, request: Any, *rest: Any, **options: Any) -> Any:
        with limiter.request(request.method or "", str(request.url)):
            return before(self, request, *rest, **options)

    setattr(sender, method, waiting)
    return lambda: setattr(sender, method, before)
