"""A plugin that bears all faults of its app, and plugins with one weakness each."""

from __future__ import annotations

import asyncio
from time import sleep
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import aiohttp
import requests
from pandas import DataFrame
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from devsession.http import retrying_session
from devsession.plugin import Outcomes, Plugin, managed_outbound_processing

if TYPE_CHECKING:
    from devsession.plugin import OutboundSyncConfigurationParameters, OutboundSyncRequest


class OneByOne(Plugin):
    """Creates each contact in one call; what the app does not take fails, with a reason."""

    def sync_outbound(
        self,
        parameters: OutboundSyncConfigurationParameters,
        outbound_sync_request: OutboundSyncRequest,
    ) -> None:
        batch = outbound_sync_request.get_records()
        outcomes = Outcomes(batch)
        for identifier, record in zip(
            batch["IDENTIFIER"], batch["TRANSFORMED_RECORD"], strict=True
        ):
            self.create(parameters["url"], outcomes, identifier, record)
        outbound_sync_request.enqueue_results(outcomes)

    def create(self, url: str, outcomes: Outcomes, identifier: str, record: Any) -> None:
        try:
            outcomes.ok(identifier, self.created(f"{url}/contacts", record)["id"])
        except requests.RequestException as error:
            outcomes.fail(identifier, f"the app did not take it: {error}")

    def created(self, url: str, record: Any) -> Any:
        response = self.post(url, record)
        response.raise_for_status()
        return response.json()

    def post(self, url: str, record: Any) -> requests.Response:
        return requests.post(url, json=record, timeout=5)


class WaitsAndAsksAgain(OneByOne):
    """With the session that knows when."""

    def post(self, url: str, record: Any) -> requests.Response:
        key = {"Idempotency-Key": record["email"]}
        return retrying_session(retry_methods=["POST"]).post(
            url, json=record, headers=key, timeout=5
        )


class RetriesByUrllib3(OneByOne):
    def post(self, url: str, record: Any) -> requests.Response:
        retry = Retry(total=4, backoff_factor=2, status_forcelist=[429, 503], allowed_methods=None)
        with requests.Session() as session:
            session.mount("http://", HTTPAdapter(max_retries=retry))
            key = {"Idempotency-Key": record["email"]}
            return session.post(url, json=record, headers=key, timeout=5)


class AsksOnceMore(OneByOne):
    def post(self, url: str, record: Any) -> requests.Response:
        try:
            return super().post(url, record)
        except requests.RequestException:
            return super().post(url, record)


class SendsItsIdentifier(AsksOnceMore):
    """By which the app knows a contact that is sent to it once more."""

    def create(self, url: str, outcomes: Outcomes, identifier: str, record: Any) -> None:
        super().create(url, outcomes, identifier, {**record, "crm_reference": identifier})


class SideBySide(OneByOne):
    """With aiohttp; what the app has no time for is sent when it says so."""

    def sync_outbound(self, parameters: Any, outbound_sync_request: Any) -> None:
        batch = outbound_sync_request.get_records()
        outcomes = Outcomes(batch)
        asyncio.run(self.send(batch, outcomes, parameters["url"]))
        outbound_sync_request.enqueue_results(outcomes)

    async def send(self, batch: DataFrame, outcomes: Outcomes, url: str) -> None:
        contacts = zip(batch["IDENTIFIER"], batch["TRANSFORMED_RECORD"], strict=True)
        async with aiohttp.ClientSession(url) as session:
            await asyncio.gather(*(self.one(session, outcomes, *each) for each in contacts))

    async def one(
        self, session: aiohttp.ClientSession, outcomes: Outcomes, identifier: str, record: Any
    ) -> None:
        try:
            async with session.post("/contacts", json=record) as response:
                if response.status != 429:
                    response.raise_for_status()
                    outcomes.ok(identifier, (await response.json())["id"])
                    return
            await asyncio.sleep(float(response.headers["Retry-After"]))
            await self.one(session, outcomes, identifier, record)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            outcomes.fail(identifier, f"the app did not take it: {error!r}")


class CreatesAgain(AsksOnceMore):
    """With nothing by which the app knows it."""


class CreatesAgainUnderAnotherKey(OneByOne):
    def post(self, url: str, record: Any) -> requests.Response:
        try:
            return self.keyed(url, record)
        except requests.RequestException:
            return self.keyed(url, record)

    def keyed(self, url: str, record: Any) -> requests.Response:
        key = {"Idempotency-Key": str(uuid4())}
        return requests.post(url, json=record, headers=key, timeout=5)


class LosesTheRecord(OneByOne):
    """Of a 500."""

    def create(self, url: str, outcomes: Outcomes, identifier: str, record: Any) -> None:
        try:
            super().create(url, outcomes, identifier, record)
        except LookupError:
            return

    def post(self, url: str, record: Any) -> requests.Response:
        response = super().post(url, record)
        if response.status_code == 500:
            raise LookupError("nothing to be done")
        return response


class ReadsJsonFirst(OneByOne):
    def created(self, url: str, record: Any) -> Any:
        answer = self.post(url, record).json()
        if answer["error"]:
            raise requests.HTTPError(answer["error"])
        return answer

    def post(self, url: str, record: Any) -> requests.Response:
        response = super().post(url, record)
        if response.text.startswith("<"):
            raise ValueError("no JSON")  # as json.loads says it
        return response


class FailsWithoutAWord(OneByOne):
    def sync_outbound(self, parameters: Any, outbound_sync_request: Any) -> Any:
        batch = outbound_sync_request.get_records()
        return DataFrame(
            [
                self.row(parameters["url"], identifier, record)
                for identifier, record in zip(
                    batch["IDENTIFIER"], batch["TRANSFORMED_RECORD"], strict=True
                )
            ]
        )

    def row(self, url: str, identifier: str, record: Any) -> dict[str, Any]:
        outcome = {"IDENTIFIER": identifier, "APP_IDENTIFIER": None, "SUCCESS": False}
        try:
            answer = self.post(f"{url}/contacts", record).json()
        except requests.RequestException:
            return {**outcome, "RESULT": {}}
        if answer["error"]:
            return {**outcome, "RESULT": {"error": answer["error"]}}
        return {**outcome, "APP_IDENTIFIER": answer["id"], "SUCCESS": True, "RESULT": {}}


class TellsSuccess(OneByOne):
    """Whatever the app says of a contact that has a name."""

    def created(self, url: str, record: Any) -> Any:
        try:
            return super().created(url, record)
        except requests.RequestException:
            if not record["name"]:
                raise
            return {"id": f"app-{record['name']}"}


class AsksForEver(OneByOne):
    """Whether the app is back, after it did not answer."""

    def post(self, url: str, record: Any) -> requests.Response:
        try:
            return super().post(url, record)
        except requests.Timeout:
            self.until_it_is_back(url)
            return super().post(url, record)

    def until_it_is_back(self, url: str) -> None:
        while not self.is_back(url):
            pass

    def is_back(self, url: str) -> bool:
        try:
            return requests.get(f"{url}/ready", timeout=5).ok
        except requests.RequestException:
            return False


class WaitsForEver(AsksForEver):
    def until_it_is_back(self, url: str) -> None:
        while not self.is_back(url):
            sleep(600)


class AsksAtOnce(OneByOne):
    """Again, when it is told to wait."""

    def post(self, url: str, record: Any) -> requests.Response:
        response = super().post(url, record)
        return super().post(url, record) if response.status_code == 429 else response


class Bulk(Plugin):
    """All in one call; each answer goes to the record that it names."""

    def sync_outbound(
        self,
        parameters: OutboundSyncConfigurationParameters,
        outbound_sync_request: OutboundSyncRequest,
    ) -> None:
        batch = outbound_sync_request.get_records()
        outbound_sync_request.enqueue_results(self.send(batch, parameters["url"]))

    @managed_outbound_processing(concurrency=1, batch_size=2)
    def send(self, batch: DataFrame, url: str) -> Outcomes:
        outcomes = Outcomes(batch)
        contacts = list(batch["TRANSFORMED_RECORD"])
        response = requests.post(f"{url}/contacts/bulk", json={"contacts": contacts}, timeout=5)
        response.raise_for_status()
        for identifier, result in self.matched(batch, response.json()["results"]):
            self.told(outcomes, identifier, result)
        return outcomes

    def matched(self, batch: DataFrame, results: list[Any]) -> list[tuple[str, Any]]:
        of = {result["email"]: result for result in results}
        return [
            (identifier, of[record["email"]])
            for identifier, record in zip(
                batch["IDENTIFIER"], batch["TRANSFORMED_RECORD"], strict=True
            )
        ]

    def told(self, outcomes: Outcomes, identifier: str, result: Any) -> None:
        if result["error"]:
            outcomes.fail(identifier, result["error"])
        else:
            outcomes.ok(identifier, result["id"])


class ByPlace(Bulk):
    def matched(self, batch: DataFrame, results: list[Any]) -> list[tuple[str, Any]]:
        return list(zip(batch["IDENTIFIER"], results, strict=True))


class LooksAtNoRefusal(Bulk):
    """But for that of the record that it was tried with."""

    def told(self, outcomes: Outcomes, identifier: str, result: Any) -> None:
        if identifier == "4":
            super().told(outcomes, identifier, result)
        else:
            outcomes.ok(identifier, result["id"] or "unknown")


class StopsAtTheFirst(Bulk):
    """A batch that fails is to end the run: its author says so."""

    def sync_outbound(self, parameters: Any, outbound_sync_request: Any) -> None:
        batch = outbound_sync_request.get_records()
        outbound_sync_request.enqueue_results(self.all_or_nothing(batch, parameters["url"]))

    @managed_outbound_processing(concurrency=1, batch_size=2, fail_fast=True)
    def all_or_nothing(self, batch: DataFrame, url: str) -> DataFrame:
        return self.send(batch, url)
