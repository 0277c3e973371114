"""A plugin of somebody who has features already: it reads cards and lists of a board."""

import requests

from devsession.plugin import Plugin


class BoardsApp(Plugin):
    def sync_inbound(self, parameters, inbound_sync_request):
        for stream in inbound_sync_request.streams:
            name = stream.stream_name
            response = requests.get(
                f"{parameters['url']}/{name}",
                params={
                    "key": parameters.secret("api_key"),
                    "board": parameters.get_sync_parameter("board").value,
                    "since": (stream.latest_state or {}).get("changed", ""),
                },
                timeout=60,
            )
            response.raise_for_status()
            found = response.json()
            inbound_sync_request.enqueue_results(
                name, found["items"], {"changed": found["changed"]}
            )
            if found.get("gone"):
                inbound_sync_request.enqueue_results(
                    name, found["gone"], {"changed": found["changed"]}, is_delete=True
                )
            inbound_sync_request.mark_stream_complete(name)
