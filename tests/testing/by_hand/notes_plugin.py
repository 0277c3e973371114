"""A plugin of somebody who has features already: it sends notes, one at a time."""

import requests

from devsession.plugin import Outcomes, Plugin


class NotesApp(Plugin):
    def sync_outbound(self, parameters, outbound_sync_request):
        batch = outbound_sync_request.get_records(sync_actions=["Create", "Update"])
        outcomes = Outcomes(batch)
        for row in batch.itertuples():
            note = row.TRANSFORMED_RECORD
            method = "POST" if row.APP_IDENTIFIER is None else "PUT"
            response = requests.request(
                method,
                f"{parameters['url']}/{row.APP_IDENTIFIER or ''}",
                params={
                    "key": parameters.secret("api_key"),
                    "board": parameters.get_sync_parameter("board").value,
                    "at": "2026-11-21T09:00:00",
                },
                json=note,
                timeout=60,
            )
            if response.ok:
                outcomes.ok(row.IDENTIFIER, response.json()["id"], länge=len(note["text"]))
            else:
                outcomes.fail(row.IDENTIFIER, response.json()["message"])
        outbound_sync_request.enqueue_results(outcomes)
