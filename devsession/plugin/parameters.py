"""What a plugin method is given: the values of connection and sync, and the plain secrets."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, Field

from devsession.errors import UnknownNameError, UsageError, did_you_mean
from devsession.plugin.definition import Definition
from devsession.plugin.mapping import StoredMapping
from devsession.plugin.strategies import Strategy

_PROVIDE = "add a field {!r} to the plugin's form, or return it from connect()"

Model = TypeVar("Model", bound=BaseModel)

ConnectivityOption = Literal["direct", "ngrok", "privatelink"]


class StoredConfigurationValue(Definition):
    """A value of a form: its text, and the metadata of the option that was chosen.

    Source: sync contract, `StoredConfigurationValue`.
    """

    value: str
    metadata: dict[str, Any] = Field(default_factory=dict)


class StoredSecret(StoredConfigurationValue):
    """A secret's value: shown nowhere, read with `.value`."""

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return [("value", "***")]


def _stored(value: object) -> object:
    if isinstance(value, int | float):
        raise ValueError(f"is stored as text: str({value!r})")  # noqa: TRY004 - pydantic's way
    return {"value": value} if isinstance(value, str) else value


def _hidden(value: object) -> object:
    return value.model_dump() if isinstance(value, StoredConfigurationValue) else _stored(value)


StoredValue = Annotated[StoredConfigurationValue, BeforeValidator(_stored)]
"""A stored value in a model; plain text stands for a value without metadata."""

SecretValue = Annotated[StoredSecret, BeforeValidator(_hidden)]
"""The same for a secret."""


class ConnectionConfigurationParameters(Definition):
    """The values of a connection.

    `parameters["name"]` is the plain value of a parameter, `parameters.secret("name")` the plain
    secret. Secrets are in no repr and in no dump: JSON made of this can be written to a file, and
    `with_secrets` gives what was read from it its secrets back.

    Source: sync contract, connection parameters.
    """

    connection_method: str
    connectivity_option: ConnectivityOption = "direct"
    connection_parameters: dict[str, StoredValue] = Field(default_factory=dict)
    connection_secrets: dict[str, SecretValue] = Field(
        default_factory=dict, repr=False, exclude=True
    )

    def get_connection_parameter(
        self, parameter_name: str, default_value: str | None = None
    ) -> StoredConfigurationValue:
        """A value of the connection form, or of what connect() returned.

        Raises:
            UnknownNameError: there is none of this name, and no default is given.
        """
        return _get(
            "connection parameter", self.connection_parameters, parameter_name, default_value
        )

    def get_connection_secret(
        self, parameter_name: str, default_value: str | None = None
    ) -> StoredConfigurationValue:
        """A secret of the connection, with its plain value in `.value`.

        Raises:
            UnknownNameError: there is none of this name, and no default is given.
        """
        hidden = StoredSecret(value=default_value) if default_value is not None else None
        return _get("connection secret", self.connection_secrets, parameter_name, hidden)

    def secret(self, name: str) -> str:
        """The plain secret as text.

        Raises:
            UnknownNameError: the connection has no secret of this name.
        """
        return self.get_connection_secret(name).value

    def as_model(self, model: type[Model]) -> Model:
        """The answers to a form that was made with `from_model`, secrets included, validated.

        Raises: FormError with pydantic's message at each field; it shows no value.
        """
        from devsession.plugin.model_form import model_from

        return model_from(model, self._text_of)

    def with_secrets(self, secrets: Mapping[str, str]) -> Self:
        """These parameters with these plain secrets, name -> text."""
        hidden = {name: StoredSecret(value=value) for name, value in secrets.items()}
        return self.model_copy(update={"connection_secrets": hidden})

    def __getitem__(self, name: str) -> str:
        """The plain value of a sync parameter or else of a connection parameter.

        Raises:
            UsageError: sync and connection both have a parameter of this name.
            UnknownNameError: there is none, or the name is a secret's.
        """
        holders = self._holders()
        found = {getter: held[name] for getter, held in holders.items() if name in held}
        if len(found) > 1:
            raise UsageError(
                f"{name!r} is a parameter of the sync and of the connection",
                next_step=" or ".join(f"parameters.{getter}({name!r}).value" for getter in found),
                parameter=name,
            )
        if found:
            return next(iter(found.values())).value
        if name in self.connection_secrets:
            raise UnknownNameError(
                f"{name!r} is a secret, not a parameter",
                next_step=f"parameters.secret({name!r})",
                parameter=name,
            )
        raise UnknownNameError(
            f"there is no parameter {name!r}",
            tried=did_you_mean(name, {known for held in holders.values() for known in held}),
            next_step=_PROVIDE.format(name),
            parameter=name,
        )

    def __contains__(self, name: object) -> bool:
        """Whether `parameters[name]` has a value to give; pydantic's own iteration would say no."""
        return any(name in held for held in self._holders().values())

    def _text_of(self, name: str, secret: bool) -> str | None:
        holders = [self.connection_secrets] if secret else self._holders().values()
        return next((held[name].value for held in holders if name in held), None)

    def _holders(self) -> dict[str, Mapping[str, StoredConfigurationValue]]:
        """Getter -> what it reads, in the order in which `parameters[..]` looks."""
        return {"get_connection_parameter": self.connection_parameters}


class SyncConfigurationParameters(ConnectionConfigurationParameters):
    """The values of a sync and of its connection.

    `current_form_parameters` are the values so far of a form that is being filled; they are given
    to option functions only.

    Source: sync contract, sync parameters.
    """

    sync_parameters: dict[str, StoredValue] = Field(default_factory=dict)
    current_form_parameters: dict[str, StoredValue] | None = None

    def get_sync_parameter(
        self, parameter_name: str, default_value: str | None = None
    ) -> StoredConfigurationValue:
        """A value of the configuration form of the sync.

        Raises:
            UnknownNameError: there is none of this name, and no default is given.
        """
        return _get("sync parameter", self.sync_parameters, parameter_name, default_value)

    def get_current_form_parameter(
        self, parameter_name: str, default_value: str | None = None
    ) -> StoredConfigurationValue:
        """A value so far of the form that is being filled.

        Raises:
            UnknownNameError: it has none of this name yet, and no default is given.
        """
        held = self.current_form_parameters or {}
        return _get("current form parameter", held, parameter_name, default_value)

    def _holders(self) -> dict[str, Mapping[str, StoredConfigurationValue]]:
        return {"get_sync_parameter": self.sync_parameters, **super()._holders()}


class OutboundSyncConfigurationParameters(SyncConfigurationParameters):
    """The values of an outbound sync. Source: sync contract, outbound sync parameters."""

    sync_strategy: Strategy
    field_mappings: StoredMapping | None = None
    target_type: str | None = None


class InboundSyncConfigurationParameters(SyncConfigurationParameters):
    """The values of an inbound sync.

    currently_selected_streams: their names, while the sync is being configured.

    Source: sync contract, inbound sync parameters.
    """

    currently_selected_streams: list[str] = Field(default_factory=list)


def _get(
    thing: str,
    held: Mapping[str, StoredConfigurationValue],
    name: str,
    default: str | StoredConfigurationValue | None,
) -> StoredConfigurationValue:
    if name in held:
        return held[name]
    if default is None:
        raise UnknownNameError(
            f"there is no {thing} {name!r}",
            tried=did_you_mean(name, held),
            next_step=_PROVIDE.format(name),
            parameter=name,
        )
    return StoredConfigurationValue(value=default) if isinstance(default, str) else default
