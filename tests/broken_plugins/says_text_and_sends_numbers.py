"""The schema says text, and numbers come: the view of the table shows null."""

from typing import Any

from tests.broken_plugins.good import Reader

CHECK = "test_the_schema_is_honest"


class Broken(Reader):
    def inbound_stream_list(self, parameters: Any) -> Any:
        streams = super().inbound_stream_list(parameters)
        for stream in streams:
            stream.json_schema["properties"]["visits"] = {"type": "string"}
        return streams
