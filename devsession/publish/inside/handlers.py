"""The plugin's methods, as the procedures of its app on Snowflake call them.

Each gives `{"success": true, "data": ..}`, or `{"success": false, "error": ..}` without a secret in it,
which is how an Omnata app answers, too. Source: sync contract, the wire of a development session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from devsession.errors import DevsessionError, UnknownNameError, did_you_mean
from devsession.plugin.omnata_answers import (
    GivenParameters,
    InboundPayload,
    OutboundPayload,
    Value,
)
from devsession.plugin.strategies import UPSERT
from devsession.publish.inside.platform import Known
from devsession.publish.inside.reading import read_streams
from devsession.publish.inside.sending import send_records
from devsession.publish.inside.wire import on_the_wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from snowflake.snowpark import Session

    from devsession.plugin.contract import Plugin, PluginManifest
    from devsession.plugin.strategies import OutboundSyncStrategy

    Answer = dict[str, Any]


class Handlers:
    """The procedures of one plugin: `call(name, session, *arguments)`."""

    def __init__(self, plugin_class: type[Plugin]) -> None:
        self._class = plugin_class

    def call(self, procedure: str, session: Session, *arguments: Any) -> Answer:
        """What the procedure of this name, a method's, answers."""
        known = Known()
        handler: Callable[..., Any] | None = getattr(_Call, procedure, None)
        try:
            call = _Call(self._class(), known, session)
            data = handler(call, *arguments) if handler else call.other(procedure, *arguments)
            return {"success": True, "data": on_the_wire(data)}
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the author's code raises
            return {"success": False, "error": known.redacted(_said(procedure, error))}


class _Call:
    """One call of a procedure; its methods are named as the plugin's, and take what it takes."""

    def __init__(self, plugin: Plugin, known: Known, session: Session) -> None:
        self._plugin = plugin
        self._known = known
        self._session = session
        plugin._on_secret = known.learn

    def get_manifest(self) -> PluginManifest:
        return self._plugin.get_manifest()

    def connection_form(self, connectivity_option: str | None) -> object:
        option: Any = connectivity_option or "direct"
        return self._plugin.connection_form(option)

    def connect(self, parameters: Answer) -> object:
        given = GivenParameters.model_validate(parameters)
        return self._plugin.connect(given.connection(self._secrets(given)))

    def network_addresses(self, parameters: Answer) -> object:
        given = GivenParameters.model_validate(parameters)
        return self._plugin.network_addresses(given.connection(self._secrets(given)))

    def outbound_configuration_form(self, parameters: Answer) -> object:
        return self._plugin.outbound_configuration_form(self._outbound(parameters))

    def inbound_configuration_form(self, parameters: Answer) -> object:
        return self._plugin.inbound_configuration_form(self._inbound(parameters))

    def inbound_stream_list(self, parameters: Answer) -> object:
        return self._plugin.inbound_stream_list(self._inbound(parameters))

    def api_limits(self, parameters: Answer) -> object:
        return self._plugin.api_limits(self._either(parameters))

    def form_options(self, source_function: str, parameters: Answer) -> object:
        """Options of a field: `source_function` is named in the form's data source.

        A function that is no method of the plugin cannot be called by its name.
        """
        function = getattr(self._plugin, source_function, None)
        if source_function.startswith("_") or not callable(function):
            names = [name for name in dir(self._plugin) if not name.startswith("_")]
            raise UnknownNameError(
                f"the plugin has no method {source_function!r}",
                tried=did_you_mean(source_function, names),
                next_step="give the data source a method of the plugin, with a name of its own",
            )
        return function(self._either(parameters))

    def outbound_record_validator(
        self, sync_parameters: Answer, field_mappings: Answer, record: Answer, types: Answer
    ) -> object:
        given = GivenParameters.model_validate(
            {"sync_parameters": sync_parameters, "field_mappings": field_mappings}
        )
        stored = {name: each.stored for name, each in given.sync_parameters.items()}
        mapping: Any = given.field_mappings
        return self._plugin.outbound_record_validator(stored, mapping, record, types)

    def sync_outbound(self, payload: Answer) -> object:
        given = OutboundPayload.model_validate(payload)
        strategy = self._strategy(given.sync_strategy.name)
        return send_records(self._plugin, self._session, given, strategy, self._known)

    def sync_inbound(self, payload: Answer) -> object:
        given = InboundPayload.model_validate(payload)
        return read_streams(self._plugin, self._session, given, self._known)

    def retrieve_secrets(
        self, oauth_secret_name: str | None, other_secrets_name: str | None
    ) -> dict[str, Value]:
        """Source: sync contract, the wire of a development session."""
        found = self._known.fetch(oauth_secret_name, other_secrets_name)
        return {
            name: Value(value=each.value, metadata=each.metadata) for name, each in found.items()
        }

    def other(self, method: str, parameters: Answer) -> object:
        """A method that the contract names and devsession does not call itself."""
        return getattr(self._plugin, method)(self._either(parameters))

    def _secrets(self, given: GivenParameters) -> Any:
        return self._known.fetch(given.oauth_secret_name, given.other_secrets_name)

    def _either(self, parameters: Answer) -> Any:
        """An outbound sync has a strategy, another has none."""
        outbound = (parameters or {}).get("sync_strategy")
        return self._outbound(parameters) if outbound else self._inbound(parameters)

    def _outbound(self, parameters: Answer) -> Any:
        given = GivenParameters.model_validate(parameters)
        named = given.sync_strategy
        return given.outbound(self._strategy(named.name) if named else UPSERT, self._secrets(given))

    def _inbound(self, parameters: Answer) -> Any:
        given = GivenParameters.model_validate(parameters)
        return given.inbound(self._secrets(given))

    def _strategy(self, name: str) -> OutboundSyncStrategy:
        known = {
            each.name: each for each in self._plugin.get_manifest().supported_outbound_strategies
        }
        if name not in known:
            raise UnknownNameError(
                f"the plugin does not support the strategy {name!r}",
                tried=did_you_mean(name, known),
                where="get_manifest(): supported_outbound_strategies",
            )
        return known[name]


def _said(procedure: str, error: BaseException) -> str:
    if isinstance(error, DevsessionError):
        return str(error)
    if isinstance(error, ValidationError):  # its own text shows values
        problems = error.errors(include_input=False, include_context=False, include_url=False)
        told = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in problems)
        return f"{procedure}: what it was given cannot be read: {told}"
    return f"{procedure}() raised {type(error).__name__}: {error or '(it says nothing)'}"
