"""The procedures of a published plugin: one for each of its methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from devsession.publish.sources import HANDLERS

if TYPE_CHECKING:
    from devsession.plugin.contract import Plugin, PluginManifest

_PARAMETERS = {"PARAMETERS": "object"}
# Method -> what its procedure takes. Source: sync contract, plugin methods.
ARGUMENTS: dict[str, dict[str, str]] = {
    "get_manifest": {},
    "connection_form": {"CONNECTIVITY_OPTION": "varchar"},
    "network_addresses": _PARAMETERS,
    "connect": _PARAMETERS,
    "outbound_configuration_form": _PARAMETERS,
    "inbound_configuration_form": _PARAMETERS,
    "outbound_tuning_parameters": _PARAMETERS,
    "inbound_tuning_parameters": _PARAMETERS,
    "inbound_stream_list": _PARAMETERS,
    "sync_outbound": {"PAYLOAD": "object"},
    "sync_inbound": {"PAYLOAD": "object"},
    "outbound_record_validator": {
        "SYNC_PARAMETERS": "object",
        "FIELD_MAPPINGS": "object",
        "TRANSFORMED_RECORD": "object",
        "SOURCE_TYPES": "object",
    },
    "api_limits": _PARAMETERS,
    "create_billing_events": _PARAMETERS,
    "maintenance_tasks": _PARAMETERS,
    "additional_loggers": _PARAMETERS,
}
# No methods: what fetches a field's options by the name of its function, and the wire's own.
_BESIDE: dict[str, dict[str, str]] = {
    "form_options": {"SOURCE_FUNCTION": "varchar", "PARAMETERS": "object"},
    "retrieve_secrets": {"OAUTH_SECRET_NAME": "varchar", "OTHER_SECRETS_NAME": "varchar"},
}
_ALWAYS = ("connection_form", "connect")
_OUTBOUND = ("outbound_configuration_form", "sync_outbound")
_INBOUND = ("inbound_stream_list", "sync_inbound")


@dataclass(frozen=True)
class Procedure:
    """handler: the function that is called; arguments: name -> type."""

    handler: str
    arguments: dict[str, str]

    @property
    def name(self) -> str:
        return self.handler.upper()

    @property
    def takes(self) -> str:
        """Its arguments, as they are declared."""
        return ", ".join(f"{name} {kind}" for name, kind in self.arguments.items())

    @property
    def types(self) -> str:
        """What tells it from others of its name."""
        return ", ".join(self.arguments.values())


def procedures_of(plugin_class: type[Plugin]) -> list[Procedure]:
    """One for each method that the plugin has, in the contract's order; those not written as well.

    They answer that they are not written: an app is built step by step.
    """
    methods = {name: takes for name, takes in ARGUMENTS.items() if hasattr(plugin_class, name)}
    return [Procedure(name, takes) for name, takes in (methods | _BESIDE).items()]


def missing_methods(plugin_class: type[Plugin], manifest: PluginManifest) -> list[str]:
    """What a plugin with this manifest needs and has not written."""
    needed = list(_ALWAYS)
    needed += _OUTBOUND if manifest.supported_outbound_strategies else ()
    needed += _INBOUND if manifest.supports_inbound else ()
    return [name for name in needed if not plugin_class.has(name)]


def handlers_module(plugin_class: type[Plugin], procedures: list[Procedure]) -> str:
    """The module whose functions Snowflake calls."""
    lines = [
        '"""What the procedures of this app call. Written by devsession publish."""',
        "",
        "from devsession.publish.inside.handlers import Handlers",
        "",
        f"from {plugin_class.__module__} import {plugin_class.__name__}",
        "",
        f"_HANDLERS = Handlers({plugin_class.__name__})",
    ]
    for each in procedures:
        names = [name.lower() for name in each.arguments]
        lines += [
            "",
            "",
            f"def {each.handler}({', '.join(['session', *names])}):",
            f"    return _HANDLERS.call({', '.join([repr(each.handler), 'session', *names])})",
        ]
    return "\n".join(lines) + "\n"


def handler_path(procedure: Procedure) -> str:
    """What HANDLER names."""
    return f"{HANDLERS}.{procedure.handler}"
