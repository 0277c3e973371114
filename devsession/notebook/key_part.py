"""The part of a form's page that has pairs of keys made; the page sees the public ones only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


class KeyMaker(Protocol):
    """A form that has pairs of keys made for its fields: `devsession.plugin.form.Form` is one."""

    def generate(self, name: str, *, algorithm: Literal["ed25519", "rsa"], replace: bool) -> str:
        """Make a pair for a field; the public key."""


class KeyPart:
    """Messages: `generate` (name, algorithm, replace)."""

    messages: Collection[str] = ("generate",)

    def __init__(self, form: KeyMaker) -> None:
        self._form = form

    def on_change(self, tell: Callable[[str, bool], None]) -> None:
        """Nothing to tell: a pair that a cell makes changes the form."""

    def shown(self) -> None:
        """Nothing of its own: the public key is the field's value."""

    def receive(self, message: dict[str, Any]) -> str:
        """Make a pair. Raises: FormError, as the form's own method."""
        self._form.generate(
            message["name"], algorithm=message["algorithm"], replace=message["replace"]
        )
        return "A pair of keys was made. Give the app the public one, then save."
