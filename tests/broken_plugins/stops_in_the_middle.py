"""It reads the next page from a place that the app's last page does not have."""

from typing import Any

from tests.broken_plugins.good import Reader, reader

CHECK = "test_streams_are_read"


class Broken(Reader):
    def sync_inbound(self, parameters: Any, inbound_sync_request: Any) -> None:
        for stream in inbound_sync_request.streams:
            asked = {"limit": reader.PAGE_RECORDS, "updated_since": reader.BEGINNING}
            path = f"/streams/{stream.stream_name}/records"
            page = reader.call(parameters, path, include_deleted="true", **asked)
            inbound_sync_request.enqueue_results(stream.stream_name, page["records"], {})
            asked["cursor"] = page["paging"]["next"]
