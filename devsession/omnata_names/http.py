"""The dialect's HTTP session, which repeats what an app has refused for now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.errors import NotCarriedOverError, did_you_mean

if TYPE_CHECKING:
    import requests

_OPTIONS = ("retry_methods", "tries")


def get_ratelimit_retrying_http_session(*given: object, **options: Any) -> requests.Session:
    """A session of requests that sends again what failed; the session around it keeps the limits.

    retry_methods: which are repeated besides GET, HEAD, OPTIONS, TRACE, PUT and DELETE. tries: at most.

    Raises: NotCarriedOverError for any other option.
    """
    from devsession.http.client import retrying_session

    unknown = [repr(each) for each in given] + [each for each in options if each not in _OPTIONS]
    if unknown:
        raise NotCarriedOverError(
            f"get_ratelimit_retrying_http_session: {', '.join(unknown)} is not carried over",
            tried=did_you_mean(unknown[0], _OPTIONS),
            next_step='leave it out, or name what may be repeated: retry_methods=["POST"]',
        )
    return retrying_session(**options)
