"""It leaves out records that are too large, and says nothing of them."""

from typing import Any

from tests.broken_plugins.good import Sender

CHECK = "test_outcomes_of_huge_records"


class Broken(Sender):
    def sync_outbound(self, parameters: Any, outbound_sync_request: Any) -> None:
        super().sync_outbound(parameters, SmallOnes(outbound_sync_request))


class SmallOnes:
    def __init__(self, request: Any) -> None:
        self.request = request
        self.enqueue_results = request.enqueue_results

    def get_records(self, **options: Any) -> Any:
        for batch in self.request.get_records(**options):
            small = [len(str(record)) < 65_536 for record in batch["TRANSFORMED_RECORD"]]
            yield batch[small]
