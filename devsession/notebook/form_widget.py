"""A form in the notebook, live: one widget that draws a form and tells it what was done."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from devsession.errors import DevsessionError
from devsession.notebook.es_module import one_module
from devsession.notebook.form_actions import Action, Message, perform
from devsession.notebook.form_offered import apart, parts_apart
from devsession.notebook.kernel import where_cells_run
from devsession.notebook.mapper_messages import map_as_told
from devsession.notebook.sample import Sample
from devsession.notebook.snapshot import FormSnapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from devsession.notebook.form_parts import FormPart
    from devsession.plugin.form import Form

_STATIC = Path(__file__).parent / "static"
# What others go on from comes first.
_STYLES = dict.fromkeys([_STATIC / "form.css", *sorted(_STATIC.glob("*.css"))])


class FormWidget(anywidget.AnyWidget):
    """A form to fill with mouse and keyboard, and its static picture for where there are no widgets.

    title: the heading.
    on_test, on_save: what the buttons do; the text they return is shown, and so is the text of a
        `DevsessionError` that they raise. Without `on_test` there is no Test button.
    parts: what else the page has, by the name that it has in `state`; what a part named `sign_in`
        shows stands for what the action that needs it would say.
    fill_call: a call that fills the form in the same way, for copying; secrets in it are
        references.
    sample: makes the records that stand below a mapper, and below the static picture.
    portable: is applied to all that the static picture shows, so that it is the same on every
        machine.

    Two can be set, for the static picture: `above` makes the facts that it has above the fields,
    `saved` what comes next when all that the form holds is saved, "" while it is not.

    The page has three synced traits: `state`; `offered`, what a mapper's fields and columns are,
    which is much and hardly changes; `sample`. Whatever is done there comes as a message, so that no
    secret is ever a part of the widget's state, which notebooks keep. Messages:
    `set`, `secret` (name, value), `map` (field, source), `match`, `accept`, `refuse` (fields, none
    for all), `clear`, `look` (for columns and sample), `write` (template), `make` (columns: a
    line `name = SQL` each), `choose` (method), `connectivity` (option), `action` (name), `retry`,
    `stop` (name: fetch a field's options once more, wait no more for them),
    and those of its parts, each with an `id` of the page's own; `state["answered"]` is the last of
    those that was dealt with.
    """

    _esm = one_module(_STATIC / "form.js")
    _css = "\n".join(file.read_text("utf-8") for file in _STYLES)
    state = traitlets.Dict().tag(sync=True)
    offered = traitlets.Dict().tag(sync=True)
    sample = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        form: Form,
        *,
        title: str,
        on_save: Callable[[], str],
        fill_call: Callable[[], str],
        on_test: Callable[[], str] | None = None,
        sample: Callable[[], Sample] = Sample,
        portable: Callable[[Any], Any] = lambda shown: shown,
        parts: Mapping[str, FormPart] | None = None,
    ) -> None:
        self._form = form
        self._title = title
        self._fill_call = fill_call
        self._portable = portable
        test = [Action("test", "Test", "Testing…", on_test)] if on_test else []
        self._actions = [*test, Action("save", "Save", "Saving…", on_save)]
        self._parts = dict(parts or {})
        self._message = Message()
        self._answered: str | None = None
        self._marks_missing = False
        self._is_answering = False
        self._make_sample = sample
        self.above: Callable[[], Sequence[tuple[str, str]]] = lambda: ()
        self.saved: Callable[[], str] = str
        self._looked_up: dict[str, dict[str, Any]] = {}
        state, offered = self._state()
        super().__init__(state=state, offered=offered, sample=Sample().shown())
        form.on_change(self._changed)
        for part in self._parts.values():
            part.on_change(self._told)
        self.on_msg(self._receive)

    def __repr__(self) -> str:
        return repr(self._snapshot())

    def _repr_mimebundle_(self, **_kwargs: object) -> tuple[dict[str, Any], dict[str, Any]]:
        self._message = Message()  # it was about what was done where it stood before
        self._draw()
        data, metadata = super()._repr_mimebundle_() or ({}, {})
        picture = self._snapshot()
        return {**data, "text/plain": repr(picture), "text/html": picture._repr_html_()}, metadata

    def _snapshot(self) -> FormSnapshot:
        standing = self._standing().text
        wrong = [("problem", standing)] if standing else []
        return FormSnapshot(
            self._title,
            self._portable(self._form.describe()),
            actions=[action.label for action in self._actions],
            fill_call=self._portable(self._fill_call()),
            saved=self.saved(),
            above=self._portable([*wrong, *self.above()]),
            sample=self._make_sample(),
        )

    def _state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What changes with each click, and what hardly ever does."""
        shown = self._form.describe(marks_missing=self._marks_missing)
        mapper, offered = apart(shown["mapper"], self._looked_up)
        parts, of_parts = parts_apart({name: part.shown() for name, part in self._parts.items()})
        state = {
            **shown,
            "mapper": mapper,
            "title": self._title,
            "actions": [action.shown() for action in self._actions],
            "message": (self._message if self._message.text else self._standing()).shown(),
            "fill_call": self._fill_call(),
            **parts,
            "answered": self._answered,
        }
        return state, {**offered, **of_parts}

    def _standing(self) -> Message:
        told = "\n".join(filter(None, (part.standing() for part in self._parts.values())))
        return Message(told, is_error=bool(told))

    def _draw(self) -> None:
        state, offered = self._state()
        with self.hold_sync():
            self.state, self.offered = state, offered

    def _changed(self) -> None:
        """Draw what a cell did; what a message did is drawn once, when it has been dealt with."""
        if not self._is_answering:
            self._draw()

    def _look(self) -> None:
        """Ask the warehouse what columns hold, once, and what the mapping makes of some rows."""
        try:
            self._looked_up = {each.name: asdict(each) for each in self._form.source_columns()}
            self.sample = self._make_sample().shown()
        except DevsessionError as error:
            self.sample = Sample(error=error.what).shown()

    def _receive(self, _widget: object, message: dict[str, Any], _buffers: object) -> None:
        where_cells_run(lambda: self._deal_with(message))

    def _deal_with(self, message: dict[str, Any]) -> None:
        with self._answering(message):
            if message["type"] == "action":
                name = message["name"]
                self._act(next(action for action in self._actions if action.name == name))
                return
            with self._form.without_waiting():
                self._follow(message)

    def _follow(self, message: dict[str, Any]) -> None:
        """Do what was clicked or typed; it waits for no option function."""
        match message:
            case {"type": "set" | "secret", "name": name, "value": value}:
                self._form.set(name, value)
            case {"type": "choose", "method": method}:
                self._form.choose(method)
            case {"type": "connectivity", "option": option}:
                self._form.connect_by(option)
            case {"type": "retry", "name": name}:
                self._form.retry(name)
            case {"type": "stop", "name": name}:
                self._form.stop(name)
            case {"type": "look"}:
                self._look()
            case {"type": kind} if part := self._part_for(kind):
                self._message = Message(part.receive(message))
            case _:
                self._message = Message(map_as_told(self._form, message))

    def _part_for(self, kind: str) -> FormPart | None:
        return next((part for part in self._parts.values() if kind in part.messages), None)

    @contextmanager
    def _answering(self, message: dict[str, Any]) -> Iterator[None]:
        """Send one new state for one message, whatever happens: the page waits for it."""
        with self.hold_sync():
            self._is_answering = True
            if message["type"] != "look":  # which nobody asked for by hand
                self._message = Message()
            try:
                yield
            except DevsessionError as error:
                self._message = Message(str(error), is_error=True)
            finally:
                self._is_answering = False
                self._answered = message["id"]
                with self._form.without_waiting():
                    self._draw()

    def _act(self, action: Action) -> None:
        """What is on its way is waited for: it decides whether the form is complete."""
        open_ = self._form.describe()["open"]
        self._marks_missing = bool(open_)
        told = perform(action, list(open_.values()))
        asked = "sign_in" in self._parts and self._parts["sign_in"].shown() is not None
        # Where a person is asked to sign in, the page has a part that says so, with the address.
        self._message = Message() if asked and not told.is_error else told

    def _told(self, text: str, is_error: bool) -> None:
        self._message = Message(text, is_error)
        self._draw()
