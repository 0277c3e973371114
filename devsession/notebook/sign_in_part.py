"""The part of a form's page in which a person is asked to sign in at the app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


class SignInLike(Protocol):
    """Whoever asks a person to sign in: `devsession.session.person.Person` does."""

    def shown(self) -> dict[str, str] | None:
        """The address to open and what is done then; None while nobody is asked."""

    def paste(self, address: str) -> str:
        """Go on with the address that the browser ended at."""

    def cancel(self) -> str:
        """Wait no more."""

    def on_change(self, callback: Callable[[str, bool], None]) -> None:
        """Call `callback(text, is_error)` when somebody is asked, and when that has ended."""


class SignInPart:
    """Messages: `paste` (address), `cancel_sign_in`."""

    messages: Collection[str] = ("paste", "cancel_sign_in")

    def __init__(self, sign_in: SignInLike) -> None:
        self._sign_in = sign_in
        self.shown = sign_in.shown
        self.on_change = sign_in.on_change

    def receive(self, message: dict[str, Any]) -> str:
        """Go on, or wait no more."""
        match message:
            case {"type": "paste", "address": address}:
                return self._sign_in.paste(address)
            case _:
                return self._sign_in.cancel()
