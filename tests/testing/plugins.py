"""A plugin that upserts contacts, and ways in which its author may break it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests

from devsession.plugin import Outcomes, Plugin

if TYPE_CHECKING:
    from devsession.plugin import OutboundSyncConfigurationParameters, OutboundSyncRequest


class Contacts(Plugin):
    """Sends each batch in one call, and answers each record with what the app said about it."""

    def sync_outbound(
        self,
        parameters: OutboundSyncConfigurationParameters,
        outbound_sync_request: OutboundSyncRequest,
    ) -> None:
        batch = outbound_sync_request.get_records()
        outcomes = Outcomes(batch)
        for result in self.send(parameters, self.payload(batch)):
            self.answer(outcomes, result)
        outbound_sync_request.enqueue_results(outcomes)

    def payload(self, batch: Any) -> list[dict[str, Any]]:
        return [
            {**record, "key": identifier}
            for identifier, record in zip(
                batch["IDENTIFIER"], batch["TRANSFORMED_RECORD"], strict=True
            )
        ]

    def send(
        self, parameters: OutboundSyncConfigurationParameters, contacts: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        response = requests.post(
            f"{parameters['tenant_url']}/contacts",
            json={"contacts": contacts},
            headers={"Authorization": f"Bearer {parameters.secret('api_key')}"},
            timeout=5,
        )
        response.raise_for_status()
        results: list[dict[str, Any]] = response.json()["results"]
        return results

    def answer(self, outcomes: Outcomes, result: dict[str, Any]) -> None:
        if result["error"]:
            outcomes.fail(result["key"], result["error"])
        else:
            outcomes.ok(result["key"], result["id"])


class SendsOtherBody(Contacts):
    def payload(self, batch: Any) -> list[dict[str, Any]]:
        return [{**contact, "email": "changed@x"} for contact in super().payload(batch)]


class SendsTwice(Contacts):
    def send(self, parameters: Any, contacts: Any) -> list[dict[str, Any]]:
        super().send(parameters, contacts)
        return super().send(parameters, contacts)


class SendsNothing(Contacts):
    def send(self, parameters: Any, contacts: Any) -> list[dict[str, Any]]:
        return [{"key": contact["key"], "id": "c1", "error": None} for contact in contacts]


class SwallowsErrors(SendsOtherBody):
    def send(self, parameters: Any, contacts: Any) -> list[dict[str, Any]]:
        try:
            return super().send(parameters, contacts)
        except Exception as error:  # noqa: BLE001
            text = str(error).partition("\n")[0]
            return [{"key": contact["key"], "error": text} for contact in contacts]


class TellsOtherOutcomes(Contacts):
    def answer(self, outcomes: Outcomes, result: dict[str, Any]) -> None:
        outcomes.ok(result["key"], "always-this")


class Raises(Contacts):
    def payload(self, batch: Any) -> list[dict[str, Any]]:
        raise KeyError("email")


class IgnoresAnswers(Contacts):
    """What it says does not depend on the app: its test could never fail for the app's sake."""

    def send(self, parameters: Any, contacts: Any) -> list[dict[str, Any]]:
        requests.post(
            f"{parameters['tenant_url']}/contacts", json={"contacts": contacts}, timeout=5
        )
        return [
            {"key": "1", "id": "c1", "error": None},
            {"key": "2", "error": "email already taken"},
        ]
