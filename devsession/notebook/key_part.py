"""The part of a form's page that has pairs of keys made; the page sees the public ones only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.notebook.form_parts import FormPart

if TYPE_CHECKING:
    from devsession.plugin.form import Form


class KeyPart(FormPart):
    """Messages: `generate` (name, algorithm, replace)."""

    messages = ("generate",)

    def __init__(self, form: Form) -> None:
        self._form = form

    def receive(self, message: dict[str, Any]) -> str:
        """Make a pair. Raises: FormError, as the form's own method."""
        self._form.generate(
            message["name"], algorithm=message["algorithm"], replace=message["replace"]
        )
        return "A pair of keys was made. Give the app the public one, then save."
