"""It leaves out records that the app has deleted: in the warehouse they stay for ever."""

from typing import Any

from tests.broken_plugins.good import Reader

CHECK = "test_deletes_are_told"


class Broken(Reader):
    def sync_inbound(self, parameters: Any, inbound_sync_request: Any) -> None:
        enqueue = inbound_sync_request.enqueue_results

        def there(name: str, records: Any, state: Any, is_delete: Any) -> None:
            enqueue(name, [each for each in records if "deleted_at" not in each], state)

        inbound_sync_request.enqueue_results = there
        super().sync_inbound(parameters, inbound_sync_request)
