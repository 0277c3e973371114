"""Values in the table `Property | Value` of a feature: JSON whose expressions are rendered.

Source: sync contract, generated features.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from devsession.errors import ScenarioError
from devsession.recording.frozen import json_line
from devsession.secrets.redact import placeholder

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRETS = "connection_secrets"
_MISSING = "\ufdd2"
_EXPRESSION = re.compile(r"\{\{[^{}]*\benviron\b[^{}]*\}\}")
# In JSON a brace that opens an expression, a statement or a comment stands in a text only.
_OPENING = re.compile(r"\{(?=[{%#])")


def read_value(name: str, text: str, environ: Mapping[str, str]) -> Any:
    """JSON with its expressions rendered, or the plain text that stands there.

    environ: what `{{ environ["NAME"] }}` stands for. Raises: ScenarioError that names the property.
    """
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
            raise wrong_property(name, "it is not JSON") from None
        return whole


def written_value(value: Any) -> str:
    """A value as it stands in a cell: JSON that holds no expression, or plain words."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z]\w*( \w+)*", value):
        try:
            json.loads(value)
        except ValueError:
            return value
    return _OPENING.sub(r"\\u007b", json_line(value))


def stored_values(values: Any) -> dict[str, Any]:
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


def secret_values(values: Any) -> dict[str, Any]:
    """The same of secrets; one whose variable is not set is its placeholder."""
    stored = stored_values(values)
    for name, secret in stored.items():
        if _MISSING in secret["value"]:
            secret["value"] = placeholder(name)
    return stored


def wrong_property(name: str, reason: str) -> ScenarioError:
    """The error of a property; it shows no value, which may be a secret."""
    return ScenarioError(
        f"The property {name!r} of the feature cannot be read",
        tried=reason,
        next_step="mend it in the table below the step: Property | Value, values are JSON",
        property=name,
    )


def _rendered(name: str, expression: str, environ: Mapping[str, str]) -> str:
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    source = expression.replace('\\"', '"')  # it may stand in a text of JSON
    known = _Secrets(environ) if name == SECRETS else environ
    try:
        rendering = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
        return rendering.from_string(source).render(environ=known)
    except TemplateError as error:
        raise wrong_property(name, f"{source}: {error}; is the variable set?") from None


class _Secrets(dict[str, str]):
    """Variables, of which one that is not set leaves a mark: recordings hold placeholders."""

    def __missing__(self, name: str) -> str:
        return _MISSING


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
