"""The table `Property | Value` of a feature: what a sync's method is called with.

Source: sync contract, generated features.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from devsession.errors import DefinitionError, did_you_mean
from devsession.plugin.parameters import OutboundSyncConfigurationParameters
from devsession.plugin.strategies import STRATEGIES
from devsession.secrets.redact import placeholder
from devsession.testing.feature_values import (
    SECRETS,
    read_value,
    secret_values,
    stored_values,
    written_value,
    wrong_property,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from devsession.plugin.parameters import SyncConfigurationParameters
    from devsession.recording.scenario import ScenarioInput

HEADINGS = ("Property", "Value")
STREAMS, SELECTED, RECORDS = "streams", "currently_selected_streams", "records"
_LIMITS = "api_limits"  # a replay does not wait
_CONNECTIVITY = "connectivity_option"
_TARGET = "target_type"
_KNOWN = (
    "strategy",
    "connection_method",
    "connection_parameters",
    SECRETS,
    _LIMITS,
    "sync_parameters",
    "field_mappings",
    STREAMS,
    SELECTED,
    RECORDS,
    _CONNECTIVITY,
    _TARGET,
)
_STATES = {
    "new": "action_on_record_create",
    "changed": "action_on_record_update",
    "gone": "action_on_record_delete",
    "unchanged": "action_on_record_unchanged",
}


def parameters_from(
    properties: Mapping[str, str], environ: Mapping[str, str]
) -> OutboundSyncConfigurationParameters:
    """The parameters of an outbound sync, secrets included.

    environ: what `{{ environ["NAME"] }}` in a value stands for. Raises: ScenarioError that names
    the property; it shows no value, which may be a secret.
    """
    content = read_properties(properties, environ)
    if "strategy" not in content:
        raise wrong_property("strategy", "it is missing")
    with naming_the_property(sync_strategy="strategy"):
        return OutboundSyncConfigurationParameters(
            **{
                **values_of_both(content),
                "sync_strategy": _strategy(content["strategy"]),
                "field_mappings": _mappings(content.get("field_mappings")),
                _TARGET: content.get(_TARGET) or None,
            }
        )


def properties_of(frozen: ScenarioInput) -> list[list[str]]:
    """The rows of the table for a frozen scenario, with placeholders for secrets."""
    parameters = frozen.replayed_parameters().model_dump(mode="json")
    strategy = parameters["sync_strategy"]
    is_standard = STRATEGIES.get(strategy["name"]) == frozen.parameters.sync_strategy
    return written_properties(
        {
            "strategy": {"name": strategy["name"], "custom_strategy": False}
            if is_standard
            else strategy,
            **written_of_both(frozen.parameters, frozen.secrets),
            "field_mappings": parameters["field_mappings"],
            **({_TARGET: parameters[_TARGET]} if parameters[_TARGET] else {}),
        }
    )


def read_properties(properties: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, Any]:
    """The content of each property. Raises: ScenarioError for one that is unknown, or no JSON."""
    for name in properties:
        if name not in _KNOWN:
            raise wrong_property(name, f"there is no such property; {did_you_mean(name, _KNOWN)}")
    return {name: read_value(name, text, environ) for name, text in properties.items()}


def written_properties(content: Mapping[str, Any]) -> list[list[str]]:
    """The rows of the table."""
    return [list(HEADINGS), *([name, written_value(value)] for name, value in content.items())]


def values_of_both(content: Mapping[str, Any]) -> dict[str, Any]:
    """What syncs of both directions are called with, secrets included."""
    connectivity = content.get(_CONNECTIVITY)
    return {
        "connection_method": content.get("connection_method") or "",
        "connection_parameters": stored_values(content.get("connection_parameters")),
        SECRETS: secret_values(content.get(SECRETS)),
        "sync_parameters": stored_values(content.get("sync_parameters")),
        **({_CONNECTIVITY: connectivity} if connectivity else {}),
    }


def written_of_both(
    parameters: SyncConfigurationParameters, secrets: Sequence[str]
) -> dict[str, Any]:
    """The same as properties, with placeholders for the secrets of these names."""
    content = parameters.model_dump(mode="json")
    connectivity = content[_CONNECTIVITY]
    return {
        "connection_method": content["connection_method"],
        "connection_parameters": content["connection_parameters"],
        SECRETS: {name: {"value": placeholder(name), "metadata": {}} for name in secrets},
        _LIMITS: [],
        "sync_parameters": content["sync_parameters"],
        **({} if connectivity == "direct" else {_CONNECTIVITY: connectivity}),
    }


@contextmanager
def naming_the_property(**names: str) -> Iterator[None]:
    """What a model refuses, as an error of the property that it came from; names: field -> property."""
    try:
        yield
    except DefinitionError as error:
        name, _, problem = error.tried.partition("\n")[0].partition(": ")
        name = name.partition(".")[0]
        raise wrong_property(names.get(name, name), problem) from None


def _strategy(value: Any) -> Any:
    """A standard strategy by its name, or one of the plugin's own with its actions."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict) or "name" not in value:
        raise wrong_property("strategy", "it is neither a name nor an object with one")
    actions = {
        state: _action(value.get(state) or value.get(wire)) for state, wire in _STATES.items()
    }
    if not any(actions.values()):
        return value["name"]
    return {"name": value["name"], **actions}


def _action(action: Any) -> Any:
    return action.get("name") if isinstance(action, dict) else action


def _mappings(value: Any) -> Any:
    return {"field_mappings": value} if isinstance(value, list) else value
