"""Identifiers lose their accents on the way, and their outcomes with them."""

from typing import Any

from tests.broken_plugins.good import Sender

CHECK = "test_outcomes_of_unicode_records"


class Broken(Sender):
    def sync_outbound(self, parameters: Any, outbound_sync_request: Any) -> None:
        super().sync_outbound(parameters, InAscii(outbound_sync_request))


class InAscii:
    def __init__(self, request: Any) -> None:
        self.request = request
        self.enqueue_results = request.enqueue_results

    def get_records(self, **options: Any) -> Any:
        for batch in self.request.get_records(**options):
            ascii_only = batch["IDENTIFIER"].map(lambda each: ascii(each).strip("'"))
            yield batch.assign(IDENTIFIER=ascii_only)
