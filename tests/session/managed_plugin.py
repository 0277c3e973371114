"""A plugin that sends managed batches of ten into nothing; `FAULT` names what becomes of one.

`CALL` is how it hands its records over: `frame`, `returned`, or `batches` as by default.
"""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event
from time import sleep
from typing import TYPE_CHECKING, Any, NoReturn

from devsession.http.deadline import current_deadline
from devsession.plugin import (
    UPSERT,
    ConnectionConfigurationParameters,
    ConnectionMethod,
    ConnectResponse,
    FormFieldMappingSelector,
    FormInputField,
    FormOption,
    OutboundSyncConfigurationForm,
    OutboundSyncConfigurationParameters,
    OutboundSyncRequest,
    Outcomes,
    Plugin,
    PluginManifest,
    StaticFormOptionsDataSource,
    managed_outbound_processing,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pandas import DataFrame

FAULTY = "125"
OTHERS = 390
SENT, HUNG = (Path(__file__).with_name(name) for name in ("sent.txt", "hung.txt"))


class Managed(Plugin):
    """Upserts into nothing."""

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="managed",
            plugin_name="Managed",
            developer_id="tests",
            developer_name="Tests",
            supported_outbound_strategies=[UPSERT],
        )

    def connection_form(self, connectivity_option: str = "direct") -> list[ConnectionMethod]:
        field = FormInputField(name="api_key", label="API key", required=True, secret=True)
        return [ConnectionMethod(name="API Key", fields=[field])]

    def connect(self, parameters: ConnectionConfigurationParameters) -> ConnectResponse:
        return ConnectResponse()

    def outbound_configuration_form(
        self, parameters: OutboundSyncConfigurationParameters
    ) -> OutboundSyncConfigurationForm:
        options = [FormOption(value="email", label="Email")]
        source = StaticFormOptionsDataSource(values=options)
        return OutboundSyncConfigurationForm(
            fields=[], mapper=FormFieldMappingSelector(data_source=source)
        )

    def sync_outbound(
        self,
        parameters: OutboundSyncConfigurationParameters,
        outbound_sync_request: OutboundSyncRequest,
    ) -> Any:  # the base class says None, and more is taken
        call = os.environ.get("CALL", "batches")
        if call == "frame":
            return self.send(outbound_sync_request.get_records(), parameters)
        records = outbound_sync_request.get_records(batched=True)
        outcomes = self.send(data_frame=records, parameters=parameters)
        if call == "returned":
            return outcomes
        outbound_sync_request.enqueue_results(outcomes)
        return None

    @managed_outbound_processing(concurrency=2, batch_size=10)
    def send(
        self, data_frame: DataFrame, parameters: OutboundSyncConfigurationParameters
    ) -> Outcomes | DataFrame | None:
        outcomes = Outcomes(data_frame)
        for identifier in data_frame["IDENTIFIER"]:
            outcomes.ok(identifier, f"app-{identifier}")
        fault = os.environ.get("FAULT")
        if fault is not None and FAULTY in set(data_frame["IDENTIFIER"]):
            key = parameters.secret("api_key")
            returned: DataFrame | None = FAULTS[fault](outcomes.to_frame(), key)
            return returned
        told(data_frame)
        return outcomes


def told(batch: DataFrame) -> None:
    """What was sent, a line each, for a test to look at."""
    with SENT.open("a", encoding="utf-8") as sent:
        sent.write("".join(f"{identifier}\n" for identifier in batch["IDENTIFIER"]))


def exception(outcomes: DataFrame, key: str) -> NoReturn:
    raise ValueError(f"no such key: {key}")


def leave(outcomes: DataFrame, key: str) -> NoReturn:
    raise SystemExit(3)


def timeout(outcomes: DataFrame, key: str) -> NoReturn:
    raise TimeoutError("no answer in 30 s")


def interrupt(outcomes: DataFrame, key: str) -> NoReturn:
    raise KeyboardInterrupt


def hang(outcomes: DataFrame, key: str) -> DataFrame:
    while len(SENT.read_text(encoding="utf-8").split()) < OTHERS:
        sleep(0.01)
    sleep(0.1)  # until the last of them is taken
    HUNG.touch()
    Event().wait()
    return outcomes


def deadline(outcomes: DataFrame, key: str) -> DataFrame:
    current_deadline().cancel()
    told(outcomes)
    return outcomes


FAULTS: dict[str, Callable[[DataFrame, str], DataFrame | None]] = {
    "exception": exception,
    "exit": leave,
    "timeout": timeout,
    "hang": hang,
    "none": lambda outcomes, key: None,
    "missing column": lambda outcomes, key: outcomes.drop(columns="SUCCESS"),
    "wrong rows": lambda outcomes, key: outcomes.head(9),
    "interrupt": interrupt,
    "deadline": deadline,
}
