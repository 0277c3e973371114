"""The app refuses one record of a bulk call, and the plugin takes all of them for good."""

from typing import Any

from devsession.plugin import Outcomes
from tests.broken_plugins.good import Sender, sender

CHECK = "test_outcomes_of_recorded_records"


class Broken(Sender):
    def sync_outbound(self, parameters: Any, outbound_sync_request: Any) -> None:
        for batch in outbound_sync_request.get_records(batched=True):
            for start in range(0, len(batch), sender.BULK_LIMIT):
                part = batch.iloc[start : start + sender.BULK_LIMIT]
                outcomes = Outcomes(part)
                for identifier, result in zip(
                    part["IDENTIFIER"], self.upsert(parameters, part), strict=True
                ):
                    if "index" in result:  # an item of the app's answer
                        outcomes.ok(identifier, result["id"])
                    else:
                        outcomes.fail(identifier, result["error"]["message"])
                outbound_sync_request.enqueue_results(outcomes)
