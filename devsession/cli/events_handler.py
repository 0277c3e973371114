"""The handler that `devsession events receive` serves: found in plugin.py, configured from a file."""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

from devsession.errors import PluginLoadError, WorkflowError, did_you_mean
from devsession.openmetadata.events.handler import EventHandler
from devsession.openmetadata.steps.causes import cause_of
from devsession.openmetadata.steps.configuring import configured
from devsession.openmetadata.steps.references import resolve
from devsession.openmetadata.steps.steps import Planned
from devsession.openmetadata.workflow.file_steps import StepReader, class_of, wrong
from devsession.openmetadata.workflow.file_text import read_yaml
from devsession.secrets.managers import SecretStore

if TYPE_CHECKING:
    from pathlib import Path


def handler_of(name: str | None, folder: Path) -> type[EventHandler]:
    """The class of this name, `module.Class`; without one the only handler of plugin.py.

    Raises: WorkflowError when there is no such class; PluginLoadError when plugin.py has none, or several.
    """
    if name is not None:
        found: Any = class_of(name, EventHandler, folder)
        return found  # type: ignore[no-any-return]
    file = folder / "plugin.py"
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    loaded = sys.modules.get("plugin")
    if loaded is not None and getattr(loaded, "__file__", None) != str(file):
        del sys.modules["plugin"]  # another project's
    try:
        module = importlib.import_module("plugin")
    except Exception as error:  # noqa: BLE001 - the author's module
        raise PluginLoadError(
            "plugin.py does not import",
            said=cause_of(error),
            where=str(file),
            next_step="mend the line and save; or --handler module.Class",
        ) from None
    handlers = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, EventHandler)
        and value.__module__ == module.__name__
    ]
    if len(handlers) != 1:
        names = ", ".join(each.__name__ for each in handlers)
        one = handlers[0].__name__ if handlers else "YourHandler"
        raise PluginLoadError(
            f"plugin.py holds {f'several handlers: {names}' if handlers else 'no EventHandler'}",
            where=str(file),
            next_step=f"devsession events receive --handler plugin.{one}"
            if handlers
            else "derive a class from devsession.openmetadata.EventHandler",
        )
    return handlers[0]


def configured_from(handler: type[EventHandler], file: Path | None, folder: Path) -> Planned:
    """The handler with what a YAML file gives its `Config`; without a file, with its defaults.

    Raises: WorkflowError for what cannot be, with the key and its line, and for a secret that stands in
        the file; SecretMissingError for a reference to one that is nowhere.
    """
    if file is None:
        try:
            return Planned(handler, configured(handler, {}))
        except WorkflowError as error:
            error.next_step = f"{error.next_step}; give them: --config FILE, in YAML"
            raise
    content, where = read_yaml(file)
    if not isinstance(content, dict):
        raise wrong(f"It has no keys: {handler.__name__} takes those of its Config", where(()))
    found = resolve(content, SecretStore(folder).lookup)
    if found.written:
        at = found.written[0]
        raise wrong(
            f"{at[-1]}: a secret has no place in a file; what stands here looks like one",
            where(at),
            next_step="put its value into the environment, .env or the keyring, and here its name: "
             "${" + str(at[-1]).upper() + "}",
        )  # fmt: skip
    fields = handler.Config.model_fields if handler.Config is not None else {}
    known = {name for each, field in fields.items() for name in (each, field.alias or each)}
    if handler.Config is not None and (unknown := sorted(content.keys() - known, key=str)):
        # A model takes them without a word, and a name that is written wrong would be left out.
        key = str(unknown[0])
        what = f"{handler.Config.__name__} has no field {key!r}"
        raise wrong(what, where((key,)), did_you_mean(key, known))
    return StepReader(found, where, folder).planned(handler, found.content, ())
