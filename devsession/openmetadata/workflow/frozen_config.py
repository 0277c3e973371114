"""A step's configuration as JSON without its secrets, and the configuration back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr
from pydantic_core import to_jsonable_python

from devsession.openmetadata.steps.configuring import configured, secrets_in
from devsession.plugin.model_answer import JOINT
from devsession.plugin.model_offline import unchecked
from devsession.secrets.redact import placeholder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from devsession.openmetadata.steps.steps import Step

Path = tuple[str, ...]


def frozen(config: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """The configuration with placeholders for secrets, and the secrets by their names.

    A name is what the form calls the field: `api_key`, `login__password`.
    """
    secrets = {name.replace(".", JOINT): value for name, value in secrets_in(config)}
    content: dict[str, Any] = to_jsonable_python(_plain(config, ""))
    return content, secrets


def thawed(step: type[Step], content: Mapping[str, Any], secrets: Mapping[str, str]) -> Any:
    """The configuration again, as the step's `Config`. secrets: a placeholder where one is missing.

    Raises: WorkflowError when it does not fit the `Config` any more.
    """
    left: list[Path] = []
    filled = _filled(dict(content), secrets, (), left)
    if step.Config is None:
        return filled
    # What a real secret has to look like does not hold for a placeholder.
    model = unchecked(step.Config, left) if left else step.Config
    relaxed = type(step.__name__, (step,), {"Config": model})
    return configured(relaxed, filled)


def hosts_in(content: Any) -> Iterator[str]:
    """Each text of a frozen configuration that may be a host; of an address its host."""
    if isinstance(content, str):
        yield urlsplit(content).netloc if "//" in content else content
    elif isinstance(content, dict | list):
        for each in content.values() if isinstance(content, dict) else content:
            yield from hosts_in(each)


def _plain(value: Any, name: str) -> Any:
    if isinstance(value, SecretStr):
        return placeholder(name.replace(".", JOINT))
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        return {each: _plain(getattr(value, each), f"{name}.{each}".lstrip(".")) for each in fields}
    if isinstance(value, dict):
        return {each: _plain(item, f"{name}.{each}".lstrip(".")) for each, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, name) for item in value]
    return value


def _filled(value: Any, secrets: Mapping[str, str], path: Path, left: list[Path]) -> Any:
    if isinstance(value, dict):
        return {each: _filled(item, secrets, (*path, each), left) for each, item in value.items()}
    name = JOINT.join(path)
    if path and value == placeholder(name):
        if name in secrets and secrets[name] != value:
            return secrets[name]
        left.append(path)
    return value
