"""Rate limits as a plugin declares them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import DefinitionError
from devsession.http import Rate
from devsession.plugin import (
    UPSERT,
    ApiLimits,
    HttpRequestMatcher,
    Plugin,
    RequestRateLimit,
    SyncConfigurationParameters,
)
from devsession.plugin.parameters import OutboundSyncConfigurationParameters

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

CALLS = HttpRequestMatcher(http_methods=["GET", "POST"], url_regex=r"/objects/.*")
FIVE_A_SECOND = RequestRateLimit(request_count=5, time_unit="second")


class Limited(Plugin):
    def api_limits(self, parameters: SyncConfigurationParameters) -> list[ApiLimits]:
        return [
            ApiLimits(
                endpoint_category="objects",
                request_matchers=[CALLS],
                request_rates=[FIVE_A_SECOND],
            )
        ]


PARAMETERS = OutboundSyncConfigurationParameters(connection_method="API Key", sync_strategy=UPSERT)


def test_a_plugin_declares_its_limits() -> None:
    [limits] = Limited().api_limits(PARAMETERS)

    assert limits.model_dump() == {
        "endpoint_category": "objects",
        "request_matchers": [{"http_methods": ["GET", "POST"], "url_regex": "/objects/.*"}],
        "request_rates": [{"request_count": 5, "time_unit": "second", "unit_count": 1}],
    }


def test_a_plugin_that_declares_none_has_none() -> None:
    assert Plugin().api_limits(PARAMETERS) == []


def test_limits_are_read_from_the_wire_as_they_were_written() -> None:
    [limits] = Limited().api_limits(PARAMETERS)

    assert ApiLimits.model_validate_json(limits.model_dump_json()) == limits


def test_limits_are_kept_by_a_rate_limiter() -> None:
    [limits] = Limited().api_limits(PARAMETERS)

    limit = limits.to_limit()

    assert (limit.category, limit.rates) == ("objects", (Rate(5, 1),))
    assert limit.matches("POST", "https://app.example/v2/objects/contact?page=1")
    assert not limit.matches("DELETE", "https://app.example/v2/objects/contact")


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (HttpRequestMatcher, {"http_methods": ["FETCH"], "url_regex": "."}),
        (HttpRequestMatcher, {"http_methods": [], "url_regex": "."}),
        (HttpRequestMatcher, {"http_methods": ["GET"], "url_regex": "("}),
        (RequestRateLimit, {"request_count": 0, "time_unit": "second"}),
        (RequestRateLimit, {"request_count": 5, "time_unit": "week"}),
        (RequestRateLimit, {"request_count": 5, "time_unit": "second", "unit_count": 0}),
        (ApiLimits, {"endpoint_category": "", "request_matchers": [], "request_rates": []}),
        (ApiLimits, {"endpoint_category": "all", "matchers": [CALLS], "request_rates": []}),
    ],
    ids=["method", "no method", "pattern", "count", "unit", "unit count", "empty", "option"],
)
def test_a_limit_that_cannot_be_is_refused(
    kind: type, options: dict[str, Any], snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(DefinitionError) as error:
        kind(**options)

    assert str(error.value) == snapshot
