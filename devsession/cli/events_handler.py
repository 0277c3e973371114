"""The handler that `devsession events receive` serves: found in plugin.py, configured from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.errors import NotFilledError, PluginLoadError, WorkflowError, did_you_mean
from devsession.openmetadata.events.handler import EventHandler
from devsession.openmetadata.steps.configuring import configured
from devsession.openmetadata.steps.references import resolve
from devsession.openmetadata.steps.steps import Planned
from devsession.openmetadata.workflow.file_steps import StepReader, class_of, wrong
from devsession.openmetadata.workflow.file_text import read_yaml
from devsession.secrets.managers import SecretStore
from devsession.session.plugin_source import kind_of, load_plugin_class

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.session.workspace import Workspace


def handler_of(name: str | None, folder: Path) -> type[EventHandler]:
    """The class of this name, `module.Class`; without one that of plugin.py.

    Raises: WorkflowError when there is no such class; PluginLoadError when plugin.py has none, or several.
    """
    if name is not None:
        try:
            found: Any = class_of(name, EventHandler, folder)
        except WorkflowError as error:
            error.next_step = (
                "devsession events receive --handler module.Class, or without it: plugin.py's"
            )
            raise
        return found  # type: ignore[no-any-return]
    plugin: Any = load_plugin_class(folder)
    if kind_of(plugin) != "events":
        raise PluginLoadError(
            f"{plugin.__name__} in plugin.py is no EventHandler",
            where=str(folder / "plugin.py"),
            next_step="derive a class from devsession.openmetadata.EventHandler; or, of another module, "
            "--handler module.Class",
        )
    return plugin  # type: ignore[no-any-return]


def configured_in_session(handler: type[EventHandler], slug: str, workspace: Workspace) -> Planned:
    """The handler with what `session.events(slug)` was filled with.

    Raises: NotFilledError; SecretMissingError for a secret that is nowhere any more.
    """
    from devsession.session import DevelopmentSession

    with DevelopmentSession(handler, workspace=workspace.folder) as session:
        try:
            return Planned(handler, session.events(slug).config)
        except NotFilledError as error:
            filled = [each.plugin_id for each in session.store.connections()]
            near = did_you_mean(slug, filled) if filled and slug not in filled else ""
            error.tried = "; ".join(filter(None, (error.tried, near)))
            error.next_step = (
                f"in a notebook: session.events({slug!r}).fill(..); or here --config FILE"
            )
            raise


def configured_from(handler: type[EventHandler], file: Path | None, folder: Path) -> Planned:
    """The handler with what a YAML file gives its `Config`; without a file, with its defaults.

    Raises: WorkflowError for what cannot be, with the key and its line, and for a secret that stands in
        the file; SecretMissingError for a reference to one that is nowhere.
    """
    if file is None:
        try:
            return Planned(handler, configured(handler, {}))
        except WorkflowError as error:
            error.next_step = (
                f"{error.next_step}; give them: --config FILE, in YAML; or devsession events receive "
                "SLUG, as session.events(SLUG) was filled"
            )
            raise
    try:
        return _configured_by(handler, file, folder)
    except WorkflowError as error:
        takes = handler.Config.__name__ if handler.Config is not None else handler.__name__
        error.next_step = error.next_step or f"mend {file}: {takes} says what it takes"
        raise


def _configured_by(handler: type[EventHandler], file: Path, folder: Path) -> Planned:
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
