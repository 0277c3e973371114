"""It hands over records, and no state: the next run reads all of them again."""

from typing import Any

from tests.broken_plugins.good import Reader

CHECK = "test_states_move_forward"


class Broken(Reader):
    def sync_inbound(self, parameters: Any, inbound_sync_request: Any) -> None:
        enqueue = inbound_sync_request.enqueue_results
        inbound_sync_request.enqueue_results = lambda name, records, _state, is_delete: enqueue(
            name, records, is_delete=is_delete
        )
        super().sync_inbound(parameters, inbound_sync_request)
