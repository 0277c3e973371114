"""What an Omnata app answers, as models. What we do not know is let pass, null is absent."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from devsession.errors import DefinitionError
from devsession.http.deadline import TIME_LIMIT_MINS
from devsession.plugin.mapping import (
    StoredFieldMappings,
    StoredJinjaTemplate,
    stored_mapping,
)
from devsession.plugin.parameters import (
    ConnectionConfigurationParameters,
    ConnectivityOption,
    InboundSyncConfigurationParameters,
    OutboundSyncConfigurationParameters,
    StoredConfigurationValue,
    StoredSecret,
)
from devsession.plugin.strategies import OutboundSyncStrategy  # noqa: TC001
from devsession.plugin.streams import (
    StoredStreamConfiguration,
    StoredStreamsConfiguration,
    StreamConfiguration,
)

_MAPPING_PARTS = ("mapper_type", "jinja_template", "additional_column_expressions")
_FIELD_PARTS = ("source_type", "source_value", "app_field", "app_metadata")


def _present(content: Any) -> Any:
    if not isinstance(content, dict):
        return content
    return {name: value for name, value in content.items() if value is not None}


class Answer(BaseModel):
    """A part of an answer. Its errors show no value: it may be a secret."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, content: Any) -> Any:
        return _present(content)


class Value(Answer):
    """`StoredConfigurationValue` on the wire."""

    value: str = Field(repr=False)
    metadata: dict[str, Any] = Field(default={}, repr=False)

    @property
    def stored(self) -> StoredConfigurationValue:
        return StoredConfigurationValue(value=self.value, metadata=self.metadata)

    @property
    def secret(self) -> StoredSecret:
        return StoredSecret(value=self.value, metadata=self.metadata)


Values = Annotated[dict[str, Value], BeforeValidator(_present)]


class NamedStrategy(Answer):
    """A strategy: what it does is in the plugin's manifest, a custom one's too."""

    name: str = Field(min_length=1)
    custom_strategy: bool = False


class SecretNames(Answer):
    """Where the app keeps a connection's secrets: names of objects, no secret."""

    plugin_app_name: str = Field(min_length=1)
    oauth_secret_name: str | None = None
    other_secrets_name: str | None = None


def _mapping(content: Any) -> Any:
    """A stored mapping without what we do not know of it; an empty one is none."""
    if not isinstance(content, dict):
        return content
    known = {name: content[name] for name in _MAPPING_PARTS if content.get(name) is not None}
    fields = content.get("field_mappings")
    if isinstance(fields, list):
        known["field_mappings"] = [
            {name: each[name] for name in _FIELD_PARTS if each.get(name) is not None}
            if isinstance(each, dict)
            else each
            for each in fields
        ]
    return stored_mapping(known) if known else None


def _streams(content: Any) -> Any:
    """Stored streams without what we do not know of them. Raises: ValueError, which names one."""
    content = _present(content)
    if not isinstance(content, dict):
        return content
    streams = _present(content.get("included_streams"))
    if isinstance(streams, dict):
        streams = {name: _stream(name, each) for name, each in streams.items()}
        content = {**content, "included_streams": streams}
    try:
        return StoredStreamsConfiguration.model_validate(content)
    except DefinitionError as error:
        raise ValueError(error.tried) from None


def _stream(name: str, content: Any) -> StoredStreamConfiguration:
    stored = _known_of(StoredStreamConfiguration, content)
    if isinstance(stored, dict) and "stream" in stored:
        stored = {**stored, "stream": _known_of(StreamConfiguration, stored["stream"])}
    try:
        return StoredStreamConfiguration.model_validate(stored)
    except (DefinitionError, ValidationError) as error:
        problem = error.tried if isinstance(error, DefinitionError) else "is no stream"
        raise ValueError(f"{name}: {problem}") from None


def _known_of(kind: type[BaseModel], content: Any) -> Any:
    if not isinstance(content, dict):
        return content
    return {name: value for name, value in _present(content).items() if name in kind.model_fields}


class Payload(Answer):
    """What a run of either direction is given. Required is what no run can do without."""

    run_id: int
    connection_method: str
    results_schema_name: str | None = None
    results_table_name: str | None = None
    source_app_name: str | None = None
    sync_id: int | None = None
    sync_branch_name: str = "main"
    sync_branch_id: int | None = None
    connection_id: int | None = None
    logging_level: str | int | None = None
    connectivity_option: ConnectivityOption = "direct"
    connection_parameters: Values = {}
    oauth_secret_name: str | None = None
    other_secrets_name: str | None = None
    sync_parameters: Values = {}
    api_limit_overrides: list[dict[str, Any]] = []
    rate_limits_state: dict[str, Any] = {}
    time_limit_mins: int = TIME_LIMIT_MINS

    def _known(self, secrets: dict[str, StoredSecret]) -> dict[str, Any]:
        """Of the parameters what both directions have."""
        return {
            "connection_method": self.connection_method,
            "connectivity_option": self.connectivity_option,
            "connection_parameters": _stored(self.connection_parameters),
            "connection_secrets": secrets,
            "sync_parameters": _stored(self.sync_parameters),
        }


class OutboundPayload(Payload):
    """What a run of an outbound sync is given. Source: sync contract, `outbound_apply_payload`."""

    records_schema_name: str = Field(min_length=1)
    records_table_name: str = Field(min_length=1)
    sync_strategy: NamedStrategy
    target_type: str | None = None
    sync_direction: Literal["outbound"] = "outbound"
    field_mappings: Annotated[
        StoredFieldMappings | StoredJinjaTemplate | None, BeforeValidator(_mapping)
    ] = None

    def parameters(
        self, strategy: OutboundSyncStrategy, secrets: dict[str, StoredSecret]
    ) -> OutboundSyncConfigurationParameters:
        """What sync_outbound is given."""
        return OutboundSyncConfigurationParameters(
            **self._known(secrets),
            sync_strategy=strategy,
            field_mappings=self.field_mappings,
            target_type=self.target_type,
        )

    def row_of(self, record: dict[str, Any] | None) -> dict[str, Any] | None:
        """A record without its template, which the app keeps beside the row that it renders."""
        is_template = isinstance(self.field_mappings, StoredJinjaTemplate)
        if is_template and record and {"jinja_template", "source_record"} <= record.keys():
            row: dict[str, Any] = record["source_record"]
            return row
        return record


class InboundPayload(Payload):
    """What a run of an inbound sync is given. Source: sync contract, `inbound_apply_payload`."""

    sync_direction: Literal["inbound"] = "inbound"
    streams_configuration: Annotated[StoredStreamsConfiguration, BeforeValidator(_streams)]
    latest_stream_state: Annotated[dict[str, dict[str, Any]], BeforeValidator(_present)] = {}

    def parameters(self, secrets: dict[str, StoredSecret]) -> InboundSyncConfigurationParameters:
        """What sync_inbound is given."""
        selected = list(self.streams_configuration.included_streams)
        return InboundSyncConfigurationParameters(
            **self._known(secrets), currently_selected_streams=selected
        )

    @property
    def states(self) -> dict[str, dict[str, Any]]:
        """Stream -> the state to go on from: the run's own word counts before the stored one."""
        stored = {
            name: each.latest_state
            for name, each in self.streams_configuration.included_streams.items()
            if each.latest_state is not None
        }
        return stored | self.latest_stream_state


class GivenParameters(Answer):
    """What a form is asked for with, and a connection is tested with: what is filled in so far.

    Source: sync contract, connection and sync parameters.
    """

    connection_method: str = ""
    connectivity_option: ConnectivityOption = "direct"
    connection_parameters: Values = {}
    oauth_secret_name: str | None = None
    other_secrets_name: str | None = None
    sync_parameters: Values = {}
    current_form_parameters: Values | None = None
    sync_strategy: NamedStrategy | None = None
    target_type: str | None = None
    field_mappings: Annotated[
        StoredFieldMappings | StoredJinjaTemplate | None, BeforeValidator(_mapping)
    ] = None
    currently_selected_streams: list[str] = []

    def connection(self, secrets: dict[str, StoredSecret]) -> ConnectionConfigurationParameters:
        """What connect() is given."""
        return ConnectionConfigurationParameters(**self._known(secrets))

    def outbound(
        self, strategy: OutboundSyncStrategy, secrets: dict[str, StoredSecret]
    ) -> OutboundSyncConfigurationParameters:
        """What an outbound sync's form is given."""
        return OutboundSyncConfigurationParameters(
            **self._known(secrets),
            **self._of_the_sync(),
            sync_strategy=strategy,
            field_mappings=self.field_mappings,
            target_type=self.target_type,
        )

    def inbound(self, secrets: dict[str, StoredSecret]) -> InboundSyncConfigurationParameters:
        """What an inbound sync's form is given."""
        return InboundSyncConfigurationParameters(
            **self._known(secrets),
            **self._of_the_sync(),
            currently_selected_streams=self.currently_selected_streams,
        )

    def _known(self, secrets: dict[str, StoredSecret]) -> dict[str, Any]:
        return {
            "connection_method": self.connection_method,
            "connectivity_option": self.connectivity_option,
            "connection_parameters": _stored(self.connection_parameters),
            "connection_secrets": secrets,
        }

    def _of_the_sync(self) -> dict[str, Any]:
        so_far = self.current_form_parameters
        return {
            "sync_parameters": _stored(self.sync_parameters),
            "current_form_parameters": None if so_far is None else _stored(so_far),
        }


class CreatedRun(Answer):
    """`data` of CREATE_DEVELOPMENT_SESSION_RUN."""

    direction: Literal["outbound", "inbound"]
    plugin_app_name: str = Field(min_length=1)
    outbound_apply_payload: OutboundPayload | None = None
    inbound_apply_payload: InboundPayload | None = None

    @property
    def secret_names(self) -> SecretNames:
        payload = self.outbound_apply_payload or self.inbound_apply_payload
        return SecretNames(
            plugin_app_name=self.plugin_app_name,
            oauth_secret_name=payload.oauth_secret_name if payload else None,
            other_secrets_name=payload.other_secrets_name if payload else None,
        )


class Secrets(Answer):
    """`data` of RETRIEVE_SECRETS."""

    values: Values = Field(repr=False)


def _stored(values: dict[str, Value]) -> dict[str, StoredConfigurationValue]:
    return {name: each.stored for name, each in values.items()}
