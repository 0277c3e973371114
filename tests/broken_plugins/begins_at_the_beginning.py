"""It keeps a state, and does not look at it when the next run begins."""

from typing import Any

from tests.broken_plugins.good import Reader, reader

CHECK = "test_a_second_run_resumes"


class Broken(Reader):
    def sync_inbound(self, parameters: Any, inbound_sync_request: Any) -> None:
        for stream in inbound_sync_request.streams:
            name, cursor = stream.stream_name, stream.stream.default_cursor_field
            newest = (stream.latest_state or {}).get(cursor, "")
            asked = {
                "limit": reader.PAGE_RECORDS,
                "updated_since": reader.BEGINNING,
                "include_deleted": "true",
            }
            while True:
                page = reader.call(parameters, f"/streams/{name}/records", **asked)
                records = page["records"]
                newest = max([newest, *(record[cursor] for record in records)])
                gone = ["deleted_at" in record for record in records]
                inbound_sync_request.enqueue_results(name, records, {cursor: newest}, gone)
                if page["next_cursor"] is None:
                    break
                asked["cursor"] = page["next_cursor"]
