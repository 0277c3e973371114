"""What a plugin is: the methods that an author writes, and what they return."""

# ruff: noqa: ARG002 - the base methods name the arguments that a plugin's methods take

from collections.abc import Callable
from graphlib import CycleError, TopologicalSorter
from inspect import signature
from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import BaseModel, Field, InstanceOf, field_validator, model_validator

from devsession.errors import PluginError, UsageError, did_you_mean
from devsession.plugin.definition import Definition, check_declared, repeated
from devsession.plugin.fields import FormField, FormFieldMappingSelector, FormJinjaTemplate
from devsession.plugin.limits import ApiLimits
from devsession.plugin.mapping import StoredMapping
from devsession.plugin.model_form import fields_of
from devsession.plugin.oauth import OAuthTemplate, client_fields
from devsession.plugin.parameters import (
    ConnectionConfigurationParameters,
    ConnectivityOption,
    InboundSyncConfigurationParameters,
    OutboundSyncConfigurationParameters,
    SecretValue,
    StoredConfigurationValue,
    StoredValue,
    SyncConfigurationParameters,
)
from devsession.plugin.record_matching import RecordMatching
from devsession.plugin.request_matching import RequestMatching
from devsession.plugin.strategies import STANDARD_ACTIONS, Strategy
from devsession.plugin.streams import StreamConfiguration

if TYPE_CHECKING:
    from devsession.plugin.inbound import InboundSyncRequest
    from devsession.plugin.outbound import OutboundSyncRequest


class PluginManifest(Definition):
    """Who a plugin is and what it can do. Source: sync contract, `PluginManifest`."""

    plugin_id: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    plugin_name: str = Field(min_length=1)
    developer_id: str
    developer_name: str
    docs_url: str = ""
    supports_inbound: bool = False
    supported_outbound_strategies: list[Strategy] = Field(default_factory=list)
    supported_connectivity_options: list[ConnectivityOption] = Field(
        default=["direct"], min_length=1
    )
    outbound_target_types: list[str] | None = None

    @field_validator("supported_outbound_strategies")
    @classmethod
    def _each_strategy_once(cls, strategies: list[Strategy]) -> list[Strategy]:
        twice = repeated(strategy.name for strategy in strategies)
        if twice:
            raise ValueError(f"named more than once: {', '.join(map(repr, twice))}")
        return strategies


class ConfigurationForm(Definition):
    """Fields in the order in which they are asked for; each name once, `depends_on` without a ring."""

    fields: list[InstanceOf[FormField]]
    # Why it has no secrets, where it can have none.
    without_secrets: ClassVar[str] = ""

    @field_validator("fields")
    @classmethod
    def _names_and_dependencies(cls, fields: list[FormField]) -> list[FormField]:
        names = [field.name for field in fields]
        problems = [f"more than one field is named {name!r}" for name in repeated(names)]
        problems += [
            f"field {field.name!r}: depends_on names no field of this form, {field.depends_on!r}; "
            + did_you_mean(field.depends_on, set(names) - {field.name})
            for field in fields
            if field.depends_on is not None and field.depends_on not in names
        ]
        unanswered = {field.name for field in fields if not field.takes_answer}
        problems += [
            f"field {field.name!r}: depends_on {field.depends_on!r}, which nobody can fill in"
            for field in fields
            if field.depends_on in unanswered
        ]
        secret = [field.name for field in fields if field.secret]
        if cls.without_secrets and secret:
            problems.append(f"{cls.without_secrets}: {', '.join(map(repr, secret))}")
        if not problems:
            problems = _rings(fields)
        if problems:
            raise ValueError("\n".join(problems))
        return fields

    @classmethod
    def from_model(cls, model: type[BaseModel], **options: Any) -> Self:
        """A form that asks for a pydantic model; the options are those of this class.

        The plugin has the model back with `parameters.as_model(Model)`.

        Raises: DefinitionError for a type that no field can ask for; it names model and field.
        """
        return cls(fields=fields_of(model), **options)

    def by_name(self) -> dict[str, FormField]:
        """The fields by name, in the order in which they are asked for."""
        return {field.name: field for field in self.fields}

    def parents(self, depends_on: str | None) -> list[str]:
        """Names of the fields to be answered before what depends on one of them, first ones first."""
        if depends_on is None:
            return []
        fields = self.by_name()
        chain: list[str] = []
        while depends_on is not None:
            chain.insert(0, depends_on)
            depends_on = fields[depends_on].depends_on
        return chain

    def parents_first(self) -> list[FormField]:
        """The fields, each behind the one that it depends on, else in their order."""
        return sorted(self.fields, key=lambda field: len(self.parents(field.depends_on)))


class ConnectionMethod(ConfigurationForm):
    """One way to connect to the app, and what it asks for. Source: sync contract, `ConnectionMethod`."""

    name: str = Field(min_length=1)
    description: str = ""
    oauth_template: InstanceOf[OAuthTemplate] | None = None

    @model_validator(mode="before")
    @classmethod
    def _ask_for_the_client(cls, options: dict[str, Any]) -> dict[str, Any]:
        """With a template, the client's id and secret are asked for, unless it has them."""
        template, fields = options.get("oauth_template"), options.get("fields")
        if not isinstance(template, OAuthTemplate) or not isinstance(fields, list):
            return options
        if template.client_secret:
            raise ValueError("oauth_template: a client secret would stand in plugin.py")
        names = {field.name for field in fields if isinstance(field, FormField)}
        asked = [field for field in client_fields(template) if field.name not in names]
        return {**options, "fields": [*fields, *asked]}


class SyncConfigurationForm(ConfigurationForm):
    """What a sync asks for."""

    without_secrets = "a sync keeps no secrets, they belong in connection_form"


class InboundSyncConfigurationForm(SyncConfigurationForm):
    """What an inbound sync asks for, besides which streams it reads.

    Source: creating-plugins guide, step 9.
    """


class OutboundSyncConfigurationForm(SyncConfigurationForm):
    """What an outbound sync asks for: its fields, and how columns become fields of the app.

    Source: creating-plugins guide, step 5.
    """

    mapper: InstanceOf[FormFieldMappingSelector] | InstanceOf[FormJinjaTemplate] | None = None

    @model_validator(mode="after")
    def _mapper_depends_on_a_field(self) -> Self:
        needed = self.mapper.depends_on if self.mapper else None
        names = [field.name for field in self.fields]
        if needed is not None and needed not in names:
            raise ValueError(
                f"the mapper: depends_on names no field of this form, {needed!r}; "
                + did_you_mean(needed, names)
            )
        return self


class ConnectResponse(Definition):
    """What connect() found out and the connection keeps, besides what was typed.

    Plain text may stand for a value. Source: sync contract, `ConnectResponse`.
    """

    connection_parameters: dict[str, StoredValue] = Field(default_factory=dict)
    connection_secrets: dict[str, SecretValue] = Field(
        default_factory=dict, repr=False, exclude=True
    )
    network_addresses: list[str] = Field(default_factory=list)


class Plugin:
    """The base of an author's plugin. Write the methods in the order of the guide's steps.

    A method that is not written yet is an error when it is needed, not before: a plugin is built
    from the first step to the last, and runs in between.

    request_matching: what does not count when a request is compared with recorded ones.
    record_matching: the same for records of streams, and what names them.

    Source: sync contract, plugin methods.
    """

    request_matching: ClassVar[RequestMatching] = RequestMatching()
    record_matching: ClassVar[RecordMatching] = RecordMatching()
    # Set by a session on the instances that it makes.
    _on_secret: Callable[[str, str], None] | None = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for option, kind, example in (
            ("request_matching", RequestMatching, 'ignore_json=["meta.sent_at"]'),
            ("record_matching", RecordMatching, 'ignore_fields={"people": ["read_at"]}'),
        ):
            check_declared(cls.__name__, option, getattr(cls, option), kind, example)

    def get_manifest(self) -> PluginManifest:
        """Who the plugin is. Source: creating-plugins guide, step 3."""
        raise _not_written(self, "get_manifest", "PluginManifest")

    def connection_form(self, connectivity_option: ConnectivityOption) -> list[ConnectionMethod]:
        """What is asked for to connect, one entry a method. Source: creating-plugins guide, step 4."""
        raise _not_written(self, "connection_form", "ConnectionMethod")

    def connect(
        self, parameters: ConnectionConfigurationParameters
    ) -> ConnectResponse | OAuthTemplate | None:
        """Call the app with what was typed; raise when it refuses.

        An OAuth template as the answer starts its flow; then connect() is called once more, with
        the token as `parameters.secret("access_token")`.

        It is called by each Test, by a Save of what was not tested, and once in each new process by
        `session.connection.fill(..)`, also with the same values: a login here has to bear that.

        Source: creating-plugins guide, step 4.
        """
        raise _not_written(self, "connect", "ConnectResponse")

    def outbound_configuration_form(
        self, parameters: OutboundSyncConfigurationParameters
    ) -> OutboundSyncConfigurationForm:
        """What is asked for to configure an outbound sync. Source: creating-plugins guide, step 5."""
        raise _not_written(self, "outbound_configuration_form", "OutboundSyncConfigurationForm")

    def sync_outbound(
        self,
        parameters: OutboundSyncConfigurationParameters,
        outbound_sync_request: "OutboundSyncRequest",
    ) -> None:
        """Send the records of the request to the app and hand the outcomes back to it.

        Source: creating-plugins guide, step 8, which calls the method apply_records.
        """
        raise _not_written(self, "sync_outbound", "OutboundSyncRequest")

    def inbound_configuration_form(
        self, parameters: InboundSyncConfigurationParameters
    ) -> InboundSyncConfigurationForm:
        """What is asked for to configure an inbound sync; nothing unless written.

        Source: creating-plugins guide, step 9.
        """
        return InboundSyncConfigurationForm(fields=[])

    def inbound_stream_list(
        self, parameters: InboundSyncConfigurationParameters
    ) -> list[StreamConfiguration]:
        """The streams that the app has. Source: creating-plugins guide, step 9."""
        raise _not_written(self, "inbound_stream_list", "StreamConfiguration")

    def sync_inbound(
        self,
        parameters: InboundSyncConfigurationParameters,
        inbound_sync_request: "InboundSyncRequest",
    ) -> None:
        """Read the streams of the request from the app, and hand their records and states to it.

        Source: creating-plugins guide, step 9.
        """
        raise _not_written(self, "sync_inbound", "InboundSyncRequest")

    def network_addresses(self, parameters: ConnectionConfigurationParameters) -> list[str]:
        """The addresses that the plugin calls, each `host` or `host:port`; none unless written.

        Source: sync contract, plugin methods.
        """
        return []

    def outbound_record_validator(
        self,
        sync_parameters: dict[str, StoredConfigurationValue],
        field_mappings: StoredMapping,
        transformed_record: dict[str, Any],
        source_types: dict[str, str],
    ) -> dict[str, str] | None:
        """What is wrong with a record, field -> message; None to send it, as it is unless written.

        A refused record is shown before a run, never sent in one, and offered again by the next.
        transformed_record: app field -> value; with a template, the template's `row`.
        source_types: the same names -> what fills them in the warehouse: text, number (exact),
        float, boolean, date, time, timestamp, zoned (a timestamp with time zone), binary, or nested
        (an object, an array, a variant).

        Source: sync contract, plugin methods.
        """
        return None

    def api_limits(self, parameters: SyncConfigurationParameters) -> list[ApiLimits]:
        """How often the app may be called; none unless written. Source: creating-plugins guide, step 1."""
        return []

    def register_secret(self, name: str, value: str) -> None:
        """Hide a secret that the plugin got itself: the session key of a login, a key it derived.

        From now on `REDACTED-name` stands for it in recordings, outputs and logs. Outside of a
        session it does nothing.

        Raises: UsageError when name or value is no text.
        """
        if not (isinstance(name, str) and isinstance(value, str)):
            raise UsageError(
                f"register_secret() takes texts, not {type(name).__name__} and {type(value).__name__}",
                where=f"class {type(self).__name__} in {type(self).__module__}",
                next_step='self.register_secret("session_key", key)',
            )
        if self._on_secret is not None:
            self._on_secret(name, value)

    @classmethod
    def has(cls, method: str) -> bool:
        """Whether the author has written this method of the contract."""
        return getattr(cls, method, None) is not getattr(Plugin, method, None)


def sync_actions(
    plugin: Plugin, parameters: OutboundSyncConfigurationParameters
) -> tuple[str, ...]:
    """The names that SYNC_ACTION can hold: the standard ones, and those of the plugin's strategies.

    So a plugin may ask for the records of an action that this sync's strategy does not have.
    """
    strategies = [parameters.sync_strategy]
    if plugin.has("get_manifest"):
        strategies += plugin.get_manifest().supported_outbound_strategies
    actions = [action for strategy in strategies for action in strategy.actions.values()]
    return tuple(dict.fromkeys([*STANDARD_ACTIONS, *actions]))


def _not_written(plugin: Plugin, method: str, about: str) -> PluginError:
    """The error of a method that is needed and not written; `about` is the model to read about."""
    name = type(plugin).__name__
    arguments = ", ".join(signature(getattr(Plugin, method)).parameters)
    return PluginError(
        f"{name} has no {method}() yet",
        where=f"class {name} in {type(plugin).__module__}",
        next_step=f"write def {method}({arguments}), see help(devsession.plugin.{about})",
        plugin=name,
        method=method,
    )


def _rings(fields: list[FormField]) -> list[str]:
    """Fields that wait for each other."""
    needs = {field.name: {field.depends_on} for field in fields if field.depends_on}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        ring = " -> ".join(map(repr, error.args[1]))
        return [f"depends_on goes in a ring: {ring}"]
    return []
