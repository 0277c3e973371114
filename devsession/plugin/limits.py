"""How often an app may be called: what a plugin's `api_limits` declares."""

import re
from typing import Literal

from pydantic import Field, field_validator

from devsession.http.limits import SECONDS, Limit, Matcher, Rate
from devsession.plugin.definition import Definition

HttpMethod = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
TimeUnit = Literal["second", "minute", "hour", "day"]


class HttpRequestMatcher(Definition):
    """Which requests a limit is about. Source: sync contract, rate limits.

    http_methods: such as `["GET", "POST"]`; url_regex: found anywhere in the whole URL, `.` in all.
    """

    http_methods: list[HttpMethod] = Field(min_length=1)
    url_regex: str = Field(min_length=1)

    @field_validator("url_regex")
    @classmethod
    def _can_be_compiled(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"is not a regular expression: {error}") from None
        return pattern


class RequestRateLimit(Definition):
    """At most `request_count` requests in `unit_count` times `time_unit`.

    Source: sync contract, rate limits.
    """

    request_count: int = Field(gt=0)
    time_unit: TimeUnit
    unit_count: int = Field(default=1, gt=0)


class ApiLimits(Definition):
    """The rates that the app allows for one category of requests; all of them hold.

    Source: sync contract, rate limits.
    """

    endpoint_category: str = Field(min_length=1)
    request_matchers: list[HttpRequestMatcher] = Field(min_length=1)
    request_rates: list[RequestRateLimit] = Field(min_length=1)

    def to_limit(self) -> Limit:
        """The same as plain data, for a `RateLimiter` of `devsession.http`."""
        return Limit(
            self.endpoint_category,
            tuple(
                Matcher(frozenset[str](each.http_methods), each.url_regex)
                for each in self.request_matchers
            ),
            tuple(
                Rate(each.request_count, each.unit_count * SECONDS[each.time_unit])
                for each in self.request_rates
            ),
        )
