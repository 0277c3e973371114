"""Widgets by what they are: a tree of models with their traits, without the ids of either run.

The state of a notebook's widgets lies in its metadata, where JupyterLab, nbclient and papermill put
it; an output names a model in it.

Source: the widget messaging protocol's state schema, version 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbformat import NotebookNode

STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
OUTPUT = "OutputModel"
_REFERENCE = "IPY_MODEL_"
# Versions, and code of the front end: no value of a widget.
_UNCOUNTED = ("_model_", "_view_", "_esm", "_css", "_anywidget_id")
# A value that nobody may see, in a report either.
_HIDDEN = {("PasswordModel", "value")}


class Widget(NamedTuple):
    """A model: its name without `Model`, its traits with other widgets in the place of references.

    outputs: what an `Output` widget has captured.
    """

    name: str
    traits: dict[str, Any]
    outputs: list[Any]


def models_of(notebook: NotebookNode) -> Mapping[str, Any]:
    """The stored state of each model, by its id."""
    state = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    return state if isinstance(state, dict) else {}


def without_hidden(model: Mapping[str, Any]) -> dict[str, Any]:
    """The stored state of a model without what a password field holds."""
    name = model.get("model_name", "")
    state = {
        trait: value
        for trait, value in model.get("state", {}).items()
        if (name, trait) not in _HIDDEN
    }
    return {**model, "state": state}


def widget_tree(models: Mapping[str, Any], model_id: str) -> Widget | None:
    """The widget with all that is in it; None when its state is not stored."""
    return _widget(models, model_id, ())


def model_ids_within(models: Mapping[str, Any], model_id: str) -> set[str]:
    """The model and all that it refers to, captured outputs included."""
    found: set[str] = set()
    waiting = [model_id]
    while waiting:
        each = waiting.pop()
        if each in found or each not in models:
            continue
        found.add(each)
        waiting += _references(models[each].get("state", {}))
    return found


def _widget(models: Mapping[str, Any], model_id: str, above: tuple[str, ...]) -> Widget | None:
    model = models.get(model_id)
    if not isinstance(model, dict) or not isinstance(model.get("state"), dict):
        return None
    name, state = str(model.get("model_name", "")), model["state"]
    inside = (*above, model_id)
    traits = {
        trait: _value(models, value, inside)
        for trait, value in state.items()
        if not trait.startswith(_UNCOUNTED)
        and (name, trait) not in _HIDDEN
        and not (name == OUTPUT and trait in {"outputs", "msg_id"})
    }
    for buffer in model.get("buffers", []):
        path = ".".join(map(str, buffer.get("path", [])))
        traits[f"{path} (bytes)"] = buffer.get("data")
    outputs = state.get("outputs", []) if name == OUTPUT else []
    return Widget(name.removesuffix("Model") or "widget", traits, list(outputs))


def _value(models: Mapping[str, Any], value: Any, above: tuple[str, ...]) -> Any:
    if isinstance(value, str) and value.startswith(_REFERENCE):
        model_id = value.removeprefix(_REFERENCE)
        if model_id in above:
            return "(a widget that it is in)"
        return _widget(models, model_id, above) or "(a widget without state)"
    if isinstance(value, list | tuple):
        return [_value(models, item, above) for item in value]
    if isinstance(value, dict):
        return {key: _value(models, item, above) for key, item in value.items()}
    return value


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.startswith(_REFERENCE):
        yield value.removeprefix(_REFERENCE)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        if isinstance(value.get(VIEW), dict):
            yield str(value[VIEW].get("model_id", ""))
        for item in value.values():
            yield from _references(item)
