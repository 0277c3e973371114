"""A plugin whose app allows so much: it upserts contacts in bulks, side by side, and keeps asking."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from devsession.http import retrying_session
from devsession.plugin import (
    ApiLimits,
    HttpRequestMatcher,
    OutboundSyncConfigurationParameters,
    OutboundSyncRequest,
    Outcomes,
    RequestRateLimit,
    SyncConfigurationParameters,
)
from tests.session.storm_plugin import BULK_LIMIT, BULK_UPSERT, Stormproof

if TYPE_CHECKING:
    from pandas import DataFrame

RATES = [(8, 1), (20, 5)]


class Limited(Stormproof):
    """What fails is sent again until it is taken: the app knows a record again by its external id."""

    def api_limits(self, parameters: SyncConfigurationParameters) -> list[ApiLimits]:
        bulks = HttpRequestMatcher(http_methods=["POST"], url_regex=r"/bulk/upsert$")
        return [
            ApiLimits(
                endpoint_category="bulks",
                request_matchers=[bulks],
                request_rates=[
                    RequestRateLimit(request_count=count, time_unit="second", unit_count=seconds)
                    for count, seconds in RATES
                ],
            )
        ]

    def sync_outbound(
        self,
        parameters: OutboundSyncConfigurationParameters,
        outbound_sync_request: OutboundSyncRequest,
    ) -> None:
        with retrying_session(retry_methods=["POST"], tries=20) as session:
            session.headers["Authorization"] = f"Bearer {parameters.secret('api_key')}"

            def upsert(part: DataFrame) -> None:
                records = [
                    {**record, "external_id": identifier}
                    for identifier, record in zip(
                        part["IDENTIFIER"], part["TRANSFORMED_RECORD"], strict=True
                    )
                ]
                response = session.post(
                    parameters["url"] + BULK_UPSERT, json={"records": records}, timeout=60
                )
                response.raise_for_status()
                outcomes = Outcomes(part)
                for identifier, result in zip(
                    part["IDENTIFIER"], response.json()["results"], strict=True
                ):
                    outcomes.ok(identifier, result["id"])
                outbound_sync_request.enqueue_results(outcomes)

            with ThreadPoolExecutor(4) as pool:
                for batch in outbound_sync_request.get_records(batched=True):
                    parts = range(0, len(batch), BULK_LIMIT)
                    list(pool.map(lambda at, rows=batch: upsert(rows[at : at + BULK_LIMIT]), parts))
