"""What stands in scenario.json: what a sync's method, a workflow's source or a handler is called with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

import devsession
from devsession.plugin.parameters import (
    InboundSyncConfigurationParameters,
    OutboundSyncConfigurationParameters,
    SyncConfigurationParameters,
)
from devsession.plugin.streams import StoredStreamConfiguration
from devsession.secrets.redact import placeholder

if TYPE_CHECKING:
    from collections.abc import Callable

FORMAT = 1

P = TypeVar("P", bound=SyncConfigurationParameters)


class ScenarioHead(BaseModel):
    """What every scenario says of itself, whatever else it holds.

    `sync` is the slug of the sync, of the workflow, or of the handler. `secrets` are the names of the connection's
    secrets; their values are nowhere in the folder.
    `tested`: the method itself has run, so that there is something to test. `completed`: the test of
    that run was shown to hold. `asked`: how many records were wanted, where there were fewer. Either
    stands in the file only then, and the direction only of one that is not outbound.
    """

    model_config = ConfigDict(extra="ignore")

    format: int = FORMAT
    direction: Literal["outbound", "inbound", "metadata", "events"] = "outbound"
    name: str
    sync: str
    plugin: str
    tested: bool = False
    completed: bool = False
    created_by: str = Field(default_factory=lambda: f"devsession {devsession.__version__}")
    secrets: list[str] = []
    asked: int | None = None

    def written(self) -> dict[str, Any]:
        """What is written."""
        left_out = {name for name in ("asked", "completed") if not getattr(self, name)}
        left_out |= {"direction"} if self.direction == "outbound" else set()
        return self.model_dump(mode="json", exclude=left_out)


class AnyScenarioInput(ScenarioHead):
    """What a sync's method is called with."""

    model_config = ConfigDict(extra="forbid")

    parameters: SyncConfigurationParameters

    def with_placeholders(self, parameters: P) -> P:
        """Parameters with placeholders for secrets: recordings hold nothing else."""
        return parameters.with_secrets({name: placeholder(name) for name in self.secrets})

    def written(self) -> dict[str, Any]:
        """What is written, with the names of the secrets that the parameters have."""
        secrets = sorted(self.parameters.connection_secrets) or sorted(self.secrets)
        named = self.model_copy(update={"secrets": secrets})
        return super(AnyScenarioInput, named).written()


class ScenarioInput(AnyScenarioInput):
    """What `sync_outbound` is called with, but for the records."""

    direction: Literal["outbound"] = "outbound"
    parameters: OutboundSyncConfigurationParameters

    def replayed_parameters(self) -> OutboundSyncConfigurationParameters:
        """The frozen parameters with placeholders for secrets."""
        return self.with_placeholders(self.parameters)


class InboundScenarioInput(AnyScenarioInput):
    """What `sync_inbound` is called with: the streams have their states.

    records: how many are asked for, over all streams.
    """

    direction: Literal["inbound"] = "inbound"
    records: int
    parameters: InboundSyncConfigurationParameters
    streams: list[StoredStreamConfiguration]

    def replayed_parameters(self) -> InboundSyncConfigurationParameters:
        """The frozen parameters with placeholders for secrets."""
        return self.with_placeholders(self.parameters)


class MetadataScenarioInput(ScenarioHead):
    """What a workflow's source is made with.

    config: of the source, placeholders in the place of its secrets. service: whose metadata it
    reads. since: the watermark that it goes on from, milliseconds since 1970.
    """

    model_config = ConfigDict(extra="forbid")

    direction: Literal["metadata"] = "metadata"
    service: str
    config: dict[str, Any]
    since: int | None = None


class EventScenarioInput(ScenarioHead):
    """What a handler is made with. config: as of a source."""

    model_config = ConfigDict(extra="forbid")

    direction: Literal["events"] = "events"
    config: dict[str, Any]


def _with_tested(content: dict[str, Any]) -> dict[str, Any]:
    """Format 0 counted no formats and kept nothing but scenarios whose method had run."""
    return {"tested": True, **content}


# The first makes format 1 of format 0, and so on; the models read what stood shorter then.
UPGRADES: list[Callable[[dict[str, Any]], dict[str, Any]]] = [_with_tested]
