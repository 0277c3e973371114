"""Each batch begins with the last record of the one before."""

from typing import Any

from devsession.plugin import Outcomes
from tests.broken_plugins.good import Sender, sender

CHECK = "test_batches_of_one_n_and_one_more"


class Broken(Sender):
    def sync_outbound(self, parameters: Any, outbound_sync_request: Any) -> None:
        for batch in outbound_sync_request.get_records(batched=True):
            for start in range(0, len(batch), sender.BULK_LIMIT):
                part = batch.iloc[start : start + sender.BULK_LIMIT + 1]
                outcomes = Outcomes(part)
                for identifier, result in zip(
                    part["IDENTIFIER"], self.upsert(parameters, part), strict=True
                ):
                    if result["status"] == "failed":
                        outcomes.fail(identifier, result["error"]["message"])
                    else:
                        outcomes.ok(identifier, result["id"])
                outbound_sync_request.enqueue_results(outcomes)
