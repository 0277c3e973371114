"""It looks at the first record of a run that has none."""

from typing import Any

from tests.broken_plugins.good import Sender

CHECK = "test_an_empty_run"


class Broken(Sender):
    def sync_outbound(self, parameters: Any, outbound_sync_request: Any) -> None:
        fields = outbound_sync_request.get_records().iloc[0]["TRANSFORMED_RECORD"]
        print(f"sending {len(fields)} fields a record")
        super().sync_outbound(parameters, outbound_sync_request)
