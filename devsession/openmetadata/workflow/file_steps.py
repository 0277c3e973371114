"""The steps of a workflow's file: their classes, and what the file configures them with."""

from __future__ import annotations

import importlib
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from devsession.errors import WorkflowError, did_you_mean
from devsession.openmetadata.steps.causes import cause_of
from devsession.openmetadata.steps.configuring import configured
from devsession.openmetadata.steps.references import dotted
from devsession.openmetadata.steps.steps import Planned, Processor, Sink, Stage, Step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from pydantic import BaseModel

    from devsession.openmetadata.steps.references import Path as KeyPath
    from devsession.openmetadata.steps.references import Resolved
    from devsession.openmetadata.workflow.file_keys import StepKeys

_OURS = "devsession.openmetadata"
# What a `type` may be besides module.Class.
SHIPPED: dict[str, str] = {
    "metadata-rest": f"{_OURS}.RestSink",
    "json-lines": f"{_OURS}.JsonLinesSink",
    "warehouse-table": f"{_OURS}.TableSink",
    "topic": f"{_OURS}.TopicSink",
    "file": f"{_OURS}.JsonLinesStage",
    "tag-by-rule": f"{_OURS}.processors.TagByRule",
    "domain-by-rule": f"{_OURS}.processors.DomainByRule",
    "normalise-names": f"{_OURS}.processors.NormaliseNames",
    "redact": f"{_OURS}.processors.Redact",
    "classify-pii": f"{_OURS}.processors.ClassifyPii",
    "mask-by-tag": f"{_OURS}.processors.MaskByTag",
    "policies": f"{_OURS}.processors.Policies",
}


@dataclass(frozen=True)
class StepReader:
    """What all steps of a file are read with."""

    found: Resolved
    where: Callable[[KeyPath], str]
    folder: Path

    def of(self, keys: StepKeys, kind: type[Step], at: KeyPath) -> Planned:
        """A processor, stage or sink. Raises: WorkflowError with the key and its line."""
        step = self.step(SHIPPED.get(keys.type, keys.type), kind, (*at, "type"))
        return self.planned(step, keys.config, (*at, "config"))

    def step(self, name: str, kind: type[Step], at: KeyPath) -> type[Step]:
        """The class of a step. Raises: as `of`."""
        try:
            return class_of(name, kind, self.folder)
        except WorkflowError as error:
            raise wrong(f"{dotted(at)}: {error.what}", self.where(at), error.tried) from None

    def planned(self, step: type[Step], given: dict[str, Any], at: KeyPath) -> Planned:
        """The step with what the file gives it. Raises: WorkflowError, key by key with its line."""
        if step.Config is None:
            return Planned(step, given)
        refuse_literals(step.Config, given, at, self)
        try:
            return Planned(step, configured(step, _split(step, given)))
        except WorkflowError as error:
            errors: dict[str, str] = error.fields["errors"]  # type: ignore[assignment]
            told = {(*at, *key.split(".")): said for key, said in errors.items()}
            raise all_wrong(told, self.where) from None


def class_of(name: str, kind: type[Step], folder: Path) -> type[Step]:
    """The class that `module.Class` names, imported from a folder or what is installed.

    Raises: WorkflowError where there is none of this name and kind.
    """
    if not dotted_name(name) and kind in {Processor, Stage, Sink}:
        raise WorkflowError(
            f"{name!r} is no step that ships, and no module.Class",
            tried=did_you_mean(name, SHIPPED),
        )
    found, called = imported(name, folder)
    step = getattr(found, called, None)
    if not (isinstance(step, type) and issubclass(step, kind)):
        given_out = getattr(found, "__all__", ())
        there = [
            each
            for each, value in vars(found).items()
            if isinstance(value, type) and issubclass(value, kind) and value is not kind
            if value.__module__ == found.__name__ or each in given_out
        ]
        raise WorkflowError(
            f"{found.__name__} has no {kind.__name__} {called!r}", tried=did_you_mean(called, there)
        )
    return step


def imported(name: str, folder: Path) -> tuple[ModuleType, str]:
    """The module of `module.Class`, from a folder or what is installed, and what the class is called.

    Raises: WorkflowError for another form, and for a module that cannot be imported.
    """
    module, _, called = dotted_name(name).rpartition(".")
    if not module:
        raise WorkflowError(f"{name!r} is no module.Class")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        return importlib.import_module(module), called
    except Exception as error:  # noqa: BLE001 - the author's module
        raise WorkflowError(
            f"{module} cannot be imported",
            tried=f"{cause_of(error)}\nlooked in {folder} and the installed packages",
        ) from None


def dotted_name(name: str) -> str:
    """`module.Class` of that or of `module:Class`; "" when it is neither."""
    name = name.replace(":", ".")
    return name if "." in name.strip(".") else ""


def refuse_literals(
    config: type[BaseModel], given: dict[str, Any], at: KeyPath, read: StepReader
) -> None:
    """Raises: WorkflowError where a secret itself stands at a key whose type is one."""
    for name, field in config.model_fields.items():
        for key in {name, field.alias or name} & given.keys():
            place = (*at, key)
            if _is_secret(field.annotation) and given[key] and place not in read.found.by_reference:
                raise wrong(
                    f"{dotted(place)}: a secret has no place in a file",
                    read.where(place),
                    next_step="put its value into the environment, .env or the keyring, and here its "
                    "name: ${" + variable(place) + "}",
                )


def _is_secret(annotation: Any) -> bool:
    inner = getattr(annotation, "__args__", ())
    return annotation is SecretStr or any(map(_is_secret, inner))


def variable(at: KeyPath) -> str:
    """A name for the secret at a key."""
    # Options of other programs have points in their names.
    return re.sub(r"\W", "_", str(at[-1])).upper() if at else "NAME"


def _split(step: type[Step], given: dict[str, Any]) -> dict[str, Any]:
    """Lists that stand as text, as OpenMetadata's options do: `a, b`."""
    fields = step.Config.model_fields if step.Config is not None else {}
    listed = {
        key
        for name, field in fields.items()
        for key in (name, field.alias)
        if getattr(field.annotation, "__origin__", None) is list
    }
    return {
        key: [each.strip() for each in value.split(",") if each.strip()]
        if key in listed and isinstance(value, str)
        else value
        for key, value in given.items()
    }


def all_wrong(errors: dict[KeyPath, str], where: Callable[[KeyPath], str]) -> WorkflowError:
    """The error of several keys: the first one, and the others with their lines."""
    first = next(iter(errors))
    told = [f"{dotted(at)}: {said}" for at, said in errors.items()]
    rest = [
        f"{line} ({where(at).rpartition(', ')[2]})" for at, line in zip(errors, told, strict=True)
    ]
    return wrong(told[0], where(first), "\n".join(rest[1:]))


def wrong(what: str, where: str, tried: str = "", next_step: str = "") -> WorkflowError:
    """The error of a file that cannot be run."""
    return WorkflowError(what, tried=tried, where=where, next_step=next_step)
