"""The part of a form's page in which a new option of a field is asked for, and made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError, FormError, UnknownNameError
from devsession.notebook.form_actions import needs_first
from devsession.notebook.form_parts import FormPart

if TYPE_CHECKING:
    from devsession.plugin.form import Form

_ADD = {"name": "add", "label": "Add", "busy": "Adding…"}
_AGAIN = {"name": "again", "label": "Try again", "busy": "Asking…"}
_CANCEL = {"name": "cancel", "label": "Cancel", "busy": "Cancel"}


class CreatorPart(FormPart):
    """One small form at a time; what is filled in stays until it is added or cancelled.

    Messages: `new_option` (name) opens it, or asks the plugin for it again; `fill_option` (name of
    its field, value); `retry_option`, `stop_option` (name: fetch a field's options once more, wait
    no more for them); `add_option`; `cancel_option`.
    """

    messages = (
        "new_option",
        "fill_option",
        "retry_option",
        "stop_option",
        "add_option",
        "cancel_option",
    )

    def __init__(self, form: Form) -> None:
        self._form = form
        self._open("")

    def shown(self) -> dict[str, Any] | None:
        """The small form; None while none is open."""
        fields = self._fields()
        if not self._name:
            return None
        field = self._form.fields.get(self._name)
        return {
            "name": self._name,
            "title": f"New option for {field.label}" if field else "New field of the app",
            "fields": fields,
            "error": self._no_form or self._not_added,
            "actions": [_CANCEL, _AGAIN if self._no_form else _ADD],
        }

    def receive(self, message: dict[str, Any]) -> str:
        """Open it, fill it, add the option or cancel; what there is to say about it."""
        match message:
            case {"type": "new_option", "name": name}:
                self._open(name)
            case _ if not self._name:  # closed meanwhile, from a cell or another window
                return ""
            case {"type": "fill_option", "name": name, "value": value}:
                self._not_added = ""
                self._form.creator(self._name).set(name, value)
            case {"type": "retry_option", "name": name}:
                self._form.creator(self._name).retry(name)
            case {"type": "stop_option", "name": name}:
                self._form.creator(self._name).stop(name)
            case {"type": "add_option"}:
                return self._add()
            case _:
                self._form.cancel_option(self._name)
                self._open("")
        return ""

    def _open(self, name: str) -> None:
        self._name = name
        self._no_form = ""  # why the plugin cannot say what it asks for
        self._not_added = ""
        self._marks_missing = False

    def _fields(self) -> list[dict[str, Any]]:
        """The fields as they stand. The plugin is not asked again and again when it fails."""
        if not self._name or self._no_form:
            return []
        try:
            form = self._form.creator(self._name)
            return list(form.describe(marks_missing=self._marks_missing)["fields"])
        except UnknownNameError:
            self._open("")
            return []
        except DevsessionError as error:
            self._no_form = self._problem(error)
            return []

    def _add(self) -> str:
        open_ = self._form.creator(self._name).describe()["open"]
        self._marks_missing = bool(open_)
        if open_:
            self._not_added = needs_first(_ADD["label"], open_.values())
            return ""
        try:
            option = self._form.create_option(self._name)
        except DevsessionError as error:
            self._not_added = self._problem(error)
            return ""
        chosen = " and chosen" if self._name in self._form.fields else ""
        self._open("")
        return f"{option.label} was added{chosen}."

    def _problem(self, error: DevsessionError) -> str:
        """What is wrong, without the call that a click has no use for."""
        if isinstance(error, FormError) and self._name in error.errors:
            return error.errors[self._name]
        return str(error)
