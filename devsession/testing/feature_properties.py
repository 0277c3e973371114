"""The table `Property | Value` of a feature: what `sync_outbound` is called with.

Source: sync contract, generated features.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from devsession.errors import DefinitionError, ScenarioError, did_you_mean
from devsession.plugin.parameters import OutboundSyncConfigurationParameters
from devsession.plugin.strategies import STRATEGIES
from devsession.recording.frozen import json_line
from devsession.secrets.redact import placeholder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devsession.recording.scenario import ScenarioInput

HEADINGS = ("Property", "Value")
_SECRETS = "connection_secrets"
_INBOUND = "streams"
_LIMITS = "api_limits"  # a replay does not wait
_OPTIONAL = ("connectivity_option", "target_type")
_KNOWN = (
    "strategy",
    "connection_method",
    "connection_parameters",
    _SECRETS,
    _LIMITS,
    "sync_parameters",
    "field_mappings",
    _INBOUND,
    *_OPTIONAL,
)
_MISSING = "\ufdd2"
_EXPRESSION = re.compile(r"\{\{[^{}]*\benviron\b[^{}]*\}\}")
# In JSON a brace that opens an expression, a statement or a comment stands in a text only.
_OPENING = re.compile(r"\{(?=[{%#])")
_STATES = {
    "new": "action_on_record_create",
    "changed": "action_on_record_update",
    "gone": "action_on_record_delete",
    "unchanged": "action_on_record_unchanged",
}


def parameters_from(
    properties: Mapping[str, str], environ: Mapping[str, str]
) -> OutboundSyncConfigurationParameters:
    """The parameters, secrets included.

    environ: what `{{ environ["NAME"] }}` in a value stands for. Raises: ScenarioError that names
    the property; it shows no value, which may be a secret.
    """
    for name in properties:
        if name not in _KNOWN:
            raise _wrong(name, f"there is no such property; {did_you_mean(name, _KNOWN)}")
    content = {name: _value(name, text, environ) for name, text in properties.items()}
    if "strategy" not in content:
        raise _wrong("strategy", "it is missing")
    try:
        return OutboundSyncConfigurationParameters(
            **{
                "connection_method": content.get("connection_method") or "",
                "connection_parameters": _stored(content.get("connection_parameters")),
                _SECRETS: _secrets(content.get(_SECRETS)),
                "sync_parameters": _stored(content.get("sync_parameters")),
                "sync_strategy": _strategy(content["strategy"]),
                "field_mappings": _mappings(content.get("field_mappings")),
                **{name: content[name] for name in _OPTIONAL if content.get(name)},
            }
        )
    except DefinitionError as error:
        name, _, problem = error.tried.partition("\n")[0].partition(": ")
        raise _wrong(name.partition(".")[0].replace("sync_strategy", "strategy"), problem) from None


def properties_of(frozen: ScenarioInput) -> list[list[str]]:
    """The rows of the table for a frozen scenario, with placeholders for secrets."""
    parameters = frozen.replayed_parameters().model_dump(mode="json")
    strategy = parameters["sync_strategy"]
    is_standard = STRATEGIES.get(strategy["name"]) == frozen.parameters.sync_strategy
    rows: dict[str, Any] = {
        "strategy": {"name": strategy["name"], "custom_strategy": False}
        if is_standard
        else strategy,
        "connection_method": parameters["connection_method"],
        "connection_parameters": parameters["connection_parameters"],
        _SECRETS: {name: {"value": placeholder(name), "metadata": {}} for name in frozen.secrets},
        _LIMITS: [],
        "sync_parameters": parameters["sync_parameters"],
        "field_mappings": parameters["field_mappings"],
        **{
            name: parameters[name] for name in _OPTIONAL if parameters[name] not in {None, "direct"}
        },
    }
    return [list(HEADINGS), *([name, _cell(value)] for name, value in rows.items())]


def _cell(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z]\w*( \w+)*", value):
        try:
            json.loads(value)
        except ValueError:
            return value
    return _OPENING.sub(r"\\u007b", json_line(value))


def _value(name: str, text: str, environ: Mapping[str, str]) -> Any:
    """JSON with its expressions rendered, or the plain text that stands there."""
    # An expression stands for itself while JSON is read: what it renders to may hold a quote.
    found = [match[0] for match in _EXPRESSION.finditer(text)]
    marked = text
    for number, expression in enumerate(found):
        marked = marked.replace(expression, f"\ufdd0{number}\ufdd1", 1)
    rendered = [_rendered(name, expression, environ) for expression in found]

    def filled(value: Any) -> Any:
        if isinstance(value, str):
            return re.sub("\ufdd0(\\d+)\ufdd1", lambda mark: rendered[int(mark[1])], value)
        if isinstance(value, dict):
            return {filled(key): filled(item) for key, item in value.items()}
        return [filled(item) for item in value] if isinstance(value, list) else value

    try:
        return filled(json.loads(marked))
    except ValueError:
        pass
    whole: str = filled(marked)
    try:
        return json.loads(whole)
    except ValueError:
        if whole.lstrip().startswith(("{", "[")):
            raise _wrong(name, "it is not JSON") from None
        return whole


def _rendered(name: str, expression: str, environ: Mapping[str, str]) -> str:
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    source = expression.replace('\\"', '"')  # it may stand in a text of JSON
    known = _Secrets(environ) if name == _SECRETS else environ
    try:
        rendering = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
        return rendering.from_string(source).render(environ=known)
    except TemplateError as error:
        raise _wrong(name, f"{source}: {error}; is the variable set?") from None


class _Secrets(dict[str, str]):
    """Variables, of which one that is not set leaves a mark: recordings hold placeholders."""

    def __missing__(self, name: str) -> str:
        return _MISSING


def _secrets(values: Any) -> dict[str, Any]:
    stored = _stored(values)
    for name, secret in stored.items():
        if _MISSING in secret["value"]:
            secret["value"] = placeholder(name)
    return stored


def _stored(values: Any) -> dict[str, Any]:
    """Values with their metadata, whatever JSON they are."""
    if not isinstance(values, dict):
        return {}
    return {
        name: {
            "value": _plain(value.get("value") if isinstance(value, dict) else value),
            "metadata": (value.get("metadata") if isinstance(value, dict) else None) or {},
        }
        for name, value in values.items()
    }


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _strategy(value: Any) -> Any:
    """A standard strategy by its name, or one of the plugin's own with its actions."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict) or "name" not in value:
        raise _wrong("strategy", "it is neither a name nor an object with one")
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


def _wrong(name: str, reason: str) -> ScenarioError:
    return ScenarioError(
        f"The property {name!r} of the feature cannot be read",
        tried=reason,
        next_step="mend it in the table below the step: Property | Value, values are JSON",
        property=name,
    )
