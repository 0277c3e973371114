"""A form as it stands, without widgets: on GitHub, in an export, in a terminal, for comparison."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from devsession.notebook.markup import MUTED, code, fact_lines, facts
from devsession.render import counted, first_of, html_line, panel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devsession.notebook.sample import Sample


_SHOWN = 80  # characters of a template
_VALUE = 500  # and of a value
_MAPPED = 50  # fields


class FormSnapshot:
    """What a form holds, as text (set or not) and as HTML (the values too, a secret never).

    shown: what the form's `describe()` gave.
    actions: labels of the form's buttons, in the order in which they are clicked.
    saved: what comes next when all that the form holds is saved; "" while it is not.
    fill_call: the call that does the same as the clicks so far.
    above: labels and texts of what stands above the fields.
    sample: the records that stand below it, if there are any.

    Both texts depend on these alone, so that equal forms give equal outputs.
    """

    def __init__(
        self,
        title: str,
        shown: Mapping[str, Any],
        *,
        actions: Sequence[str],
        fill_call: str,
        saved: str = "",
        above: Sequence[tuple[str, str]] = (),
        sample: Sample | None = None,
    ) -> None:
        self._title = title
        self._shown = shown
        self._actions = actions
        self._fill_call = fill_call
        self._saved = saved
        self._above = list(above)
        self._sample = sample

    def __repr__(self) -> str:
        rows = [(field["name"], _state(field)) for field in self._fields]
        rows = self._above + self._connectivity() + rows + self._mapping()
        sample = [repr(self._sample)] if self._sample else []
        return "\n".join([self._title, *fact_lines(rows), f"next: {self._next_step}", *sample])

    def _repr_html_(self) -> str:
        fields = [(_label(field), _value(field)) for field in self._fields]
        return panel(
            self._title,
            facts(self._above + self._connectivity() + fields + self._mapping()),
            html_line(f"next: {self._next_step}", style="margin-top:6px"),
            html_line("The same as code:", style=f"{MUTED};margin-top:8px"),
            code(self._fill_call),
        ) + (self._sample._repr_html_() if self._sample else "")

    @property
    def _fields(self) -> list[dict[str, Any]]:
        return list(self._shown["fields"])

    @property
    def _next_step(self) -> str:
        if open_ := self._shown["open"]:
            return f"fill in {', '.join(open_)}, in the form or with .fill(..)"
        return self._saved or ", then ".join(self._actions)

    def _connectivity(self) -> list[tuple[str, str]]:
        """How the app is reached, where there is a choice."""
        is_chosen = len(self._shown["connectivity_options"]) > 1
        return [("connectivity", self._shown["connectivity_option"])] if is_chosen else []

    def _mapping(self) -> list[tuple[str, str]]:
        mapper = self._shown["mapper"]
        if mapper is None:
            return []
        if "template" in mapper:
            return _template(mapper)
        mapped = [f"{name} from {source['value']}" for name, source in mapper["mapping"].items()]
        return [("mapping", first_of(mapped, _MAPPED) or mapper["error"] or "nothing is mapped")]


def _template(mapper: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The template on one line, and the columns that are made for it."""
    text = " ".join(mapper["template"].split())
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}.."
    made = [f"{name} from {sql}" for name, sql in mapper["made"].items()]
    columns = [("columns", first_of(made, _MAPPED))] if made else []
    return [("template", mapper["error"] or shown or "nothing is written"), *columns]


def _state(field: Mapping[str, Any]) -> str:
    if field["error"]:
        return str(field["error"])
    if "markdown" in field:
        return " ".join(field["markdown"].split())
    if field["is_set"]:
        return "set"
    return "not set, required" if field["required"] else "not set"


def _label(field: Mapping[str, Any]) -> str:
    return f"{field['label']} *" if field["required"] else str(field["label"])


def _value(field: Mapping[str, Any]) -> str:
    if field["error"] or not field["is_set"]:
        return _state(field)
    if field["secret"]:
        public = f", {field['value']}" if field["value"] else ""  # of a pair of keys
        return _state(field) + public
    labels = {option["value"]: option["label"] for option in field["options"]}
    values = json.loads(field["value"]) if field.get("multi_select") else [field["value"]]
    return _cut(", ".join(str(labels.get(value, value)) for value in values))


def _cut(text: str) -> str:
    rest = len(text) - _VALUE
    return f"{text[:_VALUE]}… {counted(rest, 'more character')}" if rest > 0 else text
