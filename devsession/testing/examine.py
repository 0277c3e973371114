"""Trying a plugin with neither app nor warehouse: what works, and what could not be tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from devsession.plugin.fields import OptionsError
from devsession.plugin.form import Form
from devsession.plugin.jinja_filters import filters_of
from devsession.plugin.parameters import (
    ConnectionConfigurationParameters,
    InboundSyncConfigurationParameters,
    OutboundSyncConfigurationParameters,
)
from devsession.recording.network import NetworkShut
from devsession.testing import told
from devsession.testing.examination import Checked, Examination
from devsession.testing.made_up import connection_parameters
from devsession.testing.trying import SESSION, Trying, is_made_up

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from devsession.plugin.contract import Plugin, PluginManifest
    from devsession.plugin.parameters import ConnectivityOption

_SCENARIO = "scenario.run() in a notebook"
_CONNECTION_FIRST = "connection_form first: its fields are needed"
# Written in plugins of the field, and asked for by nothing here.
_NOT_USED = (
    "additional_loggers",
    "create_billing_events",
    "inbound_tuning_parameters",
    "maintenance_tasks",
    "ngrok_tunnel_settings",
    "outbound_tuning_parameters",
)


def examine(plugin_class: type[Plugin]) -> Examination:
    """Call what can be called with made-up answers and the network shut, one line a method.

    Forms are rendered as far as they need no app. Nothing is sent, written or stored.
    """
    with NetworkShut() as network:
        try:
            plugin = plugin_class()
        except Exception as error:  # noqa: BLE001 - whatever the author's code raises is told
            said = f"{type(error).__name__}: {error}"
            step = "let it be made without arguments"
            return Examination(plugin_class.__name__, (Checked("__init__", "error", said, step),))
        tries = Trying(plugin, network)
        _Examiner(plugin, tries).examine()
    return Examination(plugin_class.__name__, tuple(tries.found))


class _Sync(NamedTuple):
    """What the form of a sync is asked with."""

    method: str
    label: str
    kind: type[Any]
    options: dict[str, Any]


class _Examiner:
    """Goes through the methods of one plugin, in the order of the guide's steps."""

    def __init__(self, plugin: Plugin, tries: Trying) -> None:
        self._plugin = plugin
        self._tries = tries
        self._connection: ConnectionConfigurationParameters | None = None

    def examine(self) -> None:
        plugin, tries = self._plugin, self._tries
        manifest = tries.call("get_manifest", plugin.get_manifest, told.manifest)
        self._connect(manifest.supported_connectivity_options if manifest else ["direct"])
        if manifest and manifest.supported_outbound_strategies:
            self._outbound(manifest)
        if manifest and manifest.supports_inbound:
            self._inbound()
        if filters := filters_of(plugin):
            tries.found.append(Checked("jinja filters", "ok", ", ".join(filters)))
        for name in _NOT_USED:
            if hasattr(plugin, name):
                tries.found.append(Checked(name, "not used", "nothing here calls it"))

    def _connect(self, options: Sequence[ConnectivityOption]) -> None:
        for option in options:
            self._connection_form(option)
        self._tries.not_called("connect", "it calls the app", SESSION)
        for name, tell in (("network_addresses", told.addresses), ("api_limits", told.limits)):
            if self._plugin.has(name):
                self._given(name, tell, lambda given: given)

    def _outbound(self, manifest: PluginManifest) -> None:
        for target in manifest.outbound_target_types or [""]:
            self._sync_form(_outbound(manifest.supported_outbound_strategies[0], target))
        if self._plugin.has("outbound_record_validator"):
            self._tries.not_called("outbound_record_validator", "it takes a record", _SCENARIO)
        self._tries.not_called("sync_outbound", "it sends records", _SCENARIO)

    def _inbound(self) -> None:
        sync = _Sync("inbound_configuration_form", "", InboundSyncConfigurationParameters, {})
        if self._plugin.has(sync.method):
            self._sync_form(sync)
        self._given("inbound_stream_list", told.streams, lambda given: _of(given, sync))
        self._tries.not_called("sync_inbound", "it reads streams", _SCENARIO)

    def _connection_form(self, option: ConnectivityOption) -> None:
        def call() -> Any:
            methods: Any = self._plugin.connection_form(option)
            form = self._form(methods, "connection_form", lambda _: self._connection, [option])
            for name in form.methods:
                form.choose(name)
                self._render(form)
            return methods

        label = f"connection_form {'' if option == 'direct' else option}".strip()
        methods = self._tries.call("connection_form", call, told.methods, label=label)
        if methods is not None and self._connection is None:
            self._connection = connection_parameters(methods, option)

    def _sync_form(self, sync: _Sync) -> None:
        connection = self._connection
        if connection is None:
            self._tries.not_called(sync.method, "", _CONNECTION_FIRST)
            return

        def call() -> Form:
            made = getattr(self._plugin, sync.method)(_of(connection, sync))
            form = self._form(made, sync.method, lambda form: _of(connection, sync, form))
            self._render(form)
            return form

        self._tries.call(sync.method, call, told.form, label=sync.label)

    def _given(self, name: str, tell: Callable[[Any], str], make: Callable[[Any], Any]) -> None:
        """Call a method that is given parameters of the connection, or more."""
        if self._connection is None:
            self._tries.not_called(name, "", _CONNECTION_FIRST)
        else:
            given = make(self._connection)
            self._tries.call(name, lambda: getattr(self._plugin, name)(given), tell)

    def _form(
        self,
        definition: Any,
        method: str,
        parameters: Callable[[Form], Any],
        options: Sequence[ConnectivityOption] = (),
    ) -> Form:
        return Form(
            definition,
            title=f"{method}() of {type(self._plugin).__name__}",
            parameters=parameters,
            redact=str,
            filters=filters_of(self._plugin),
            connectivity_options=options,
        )

    def _render(self, form: Form) -> None:
        """Raises: WrongReturnError when options fail, and not for want of the app."""
        asked = self._tries.asked
        form.describe()
        if self._tries.asked > asked:
            return
        for name in form.errors:
            source, _ = form.source_of(name)
            try:
                if source is not None:
                    source.load(form.parameters_so_far)
            except OptionsError as error:
                if not is_made_up(error.__cause__ or error):
                    raise told.WrongReturnError(f"{name}: {error}") from None


def _outbound(strategy: Any, target: str) -> _Sync:
    method = "outbound_configuration_form"
    options = {"sync_strategy": strategy, "target_type": target or None}
    label = f"{method} {target}".strip()
    return _Sync(method, label, OutboundSyncConfigurationParameters, options)


def _of(
    connection: ConnectionConfigurationParameters, sync: _Sync, form: Form | None = None
) -> Any:
    """The parameters of a sync, with what its form holds so far."""
    so_far = form.values if form is not None else {}
    return sync.kind(
        **dict(connection),
        sync_parameters=so_far,
        current_form_parameters=so_far,
        **sync.options,
    )
