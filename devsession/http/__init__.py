"""How a plugin calls its app: within its rate limits, before a deadline, again when that helps.

`retrying_session` (requests) and `retrying_client` (httpx) repeat what may be repeated;
`RateLimiter` keeps rates in every window, over threads and processes; `Deadline` ends it all.
"""

from devsession.http.client import retrying_async_client, retrying_client, retrying_session
from devsession.http.clock import Clock, DrivenClock, SystemClock
from devsession.http.deadline import Deadline, current_deadline, until
from devsession.http.limiter import RateLimiter, Slot
from devsession.http.limits import Limit, Matcher, Rate, Wait

__all__ = [
    "Clock",
    "Deadline",
    "DrivenClock",
    "Limit",
    "Matcher",
    "Rate",
    "RateLimiter",
    "Slot",
    "SystemClock",
    "Wait",
    "current_deadline",
    "retrying_async_client",
    "retrying_client",
    "retrying_session",
    "until",
]
