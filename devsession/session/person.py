"""What waits for a person to sign in: asked for, then done when the browser is back."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devsession.errors import ConnectError, DevsessionError, PluginRaisedError, UsageError
from devsession.notebook.form_parts import FormPart
from devsession.notebook.kernel import between_cells
from devsession.notebook.sign_in_card import SignInCard, shown_under_cell
from devsession.session.saved import Note
from devsession.session.sign_in import SECONDS, SignIn
from devsession.session.signing import PersonNeededError

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.plugin.oauth import OAuthAuthorizationCode


@dataclass(frozen=True, repr=False)
class _Asked:
    """One sign-in, and what is done after it. saves: whether that stores the connection."""

    sign_in: SignIn
    template: OAuthAuthorizationCode
    action: Callable[[], Note]
    saves: bool
    answers: object
    card: SignInCard
    display: Any


class Person(FormPart):
    """Signs in for one action at a time: the next one cancels it.

    redeem: see `Signing.redeem`. answers: what the form holds, to see whether it was changed.
    agreed: where the browser of somebody ends who agrees without being asked; "" for nobody.

    Messages: `paste` (address), `cancel_sign_in`.
    """

    messages = ("paste", "cancel_sign_in")

    def __init__(
        self,
        *,
        redeem: Callable[[OAuthAuthorizationCode, dict[str, str]], None],
        answers: Callable[[], object],
        agreed: Callable[[str], str],
    ) -> None:
        self._redeem = redeem
        self._answers = answers
        self._agreed = agreed
        self._asked: _Asked | None = None
        self._listeners: list[Callable[[str, bool], None]] = []

    def __repr__(self) -> str:
        return f"<Person: {'asked to sign in' if self._asked else 'not asked'}>"

    def on_change(self, tell: Callable[[str, bool], None]) -> None:
        """Call `tell(text, is_error)` when a sign-in begins (no text) and when it has ended."""
        self._listeners.append(tell)

    def shown(self) -> dict[str, str] | None:
        """What a form draws while a person is asked: `address`, `redirect`, and what is done `then`."""
        card = self._asked.card if self._asked else None
        return vars(card) if card else None

    def receive(self, message: dict[str, Any]) -> str:
        """Go on with an address, or wait no more."""
        return self.paste(message["address"]) if message["type"] == "paste" else self.cancel()

    def do(self, action: Callable[[], Note], *, saves: bool) -> Note:
        """Do what needs a token. Where a person has to sign in first, a kernel does not wait: the
        action is done between two cells, when they are back. A script waits.

        Raises: what the action raises; ConnectError when nobody signs in.
        """
        self.cancel()
        try:
            return action()
        except PersonNeededError as needed:
            template = needed.template
        answers, later = self._answers(), between_cells()
        sign_in = SignIn(template, over=lambda: later(self._is_back) if later else None)
        ended = self._agreed(sign_in.address)
        if ended:
            sign_in.paste(ended)
        elif later is None:
            print(_for_a_script(sign_in))  # noqa: T201 - the person has to see it
        if ended or later is None:
            self._redeem(template, sign_in.wait())
            return _once_more(action)
        then = "the connection is saved by itself" if saves else "connect() is called by itself"
        card = SignInCard(sign_in.address, sign_in.redirect, then)
        display = shown_under_cell(card)
        self._asked = _Asked(sign_in, template, action, saves, answers, card, display)
        self._tell("")
        return (_Shown if display else Note)(card)

    def finish(self) -> Note | None:
        """Do what waits for a person who is back, or has not come in time; else nothing.

        Raises: DevsessionError, which is shown in the place of the address, too.
        """
        asked = self._asked
        if asked is None or asked.sign_in.waiting:
            return None
        self._asked = None
        try:
            done = self._done(asked)
        except Exception as error:
            ours = isinstance(error, DevsessionError)
            self._ended(asked, str(error) if ours else f"It failed: {type(error).__name__}", True)
            raise
        self._ended(asked, done, False)
        return done

    def check(self) -> str:
        """The address to open, when what is to be saved waits for a person; first see `finish`.

        Raises: DevsessionError.
        """
        self.finish()
        return self._asked.sign_in.address if self._asked and self._asked.saves else ""

    def paste(self, address: str) -> Note:
        """Go on with the address that the browser ended at. Raises: DevsessionError."""
        if self._asked is None:
            raise ConnectError(
                "Nobody is asked to sign in",
                next_step="session.connection.save(), or Save in the form, asks",
            )
        self._asked.sign_in.paste(address)
        return self.finish() or Note("")

    def cancel(self) -> Note:
        """Wait for nobody; what waited is not done."""
        asked, self._asked = self._asked, None
        if asked is None:
            return Note("Nobody is asked to sign in")
        asked.sign_in.cancel()
        told = Note("The sign-in was cancelled" + ("; nothing was saved" if asked.saves else ""))
        self._ended(asked, told, False)
        return told

    def _is_back(self) -> None:
        with suppress(Exception):  # it has been shown, and nobody sees what a callback raises
            self.finish()

    def _done(self, asked: _Asked) -> Note:
        self._redeem(asked.template, asked.sign_in.answer())
        if self._answers() != asked.answers:
            raise UsageError(
                "The form was changed while you signed in",
                tried="what it held when you were asked is not what it holds now",
                next_step="do it again, in the form or in a cell: no second sign-in is needed",
            )
        return _once_more(asked.action)

    def _ended(self, asked: _Asked, text: str, is_error: bool) -> None:
        if asked.display is not None:
            asked.display.update(Note(text))
        self._tell(text, is_error)

    def _tell(self, text: str, is_error: bool = False) -> None:
        for callback in self._listeners:
            callback(text, is_error)


class _Shown(Note):
    """Stands under its cell already, where it is replaced by what came of it."""

    __slots__ = ()

    def _ipython_display_(self) -> None:
        """Do not show it a second time."""


def _once_more(action: Callable[[], Note]) -> Note:
    try:
        return action()
    except PersonNeededError:
        raise PluginRaisedError(
            "The plugin asks for a sign-in again, right after one",
            tried="its OAuth template is another one each time, or its token is over at once",
            next_step="give the same template for the same answers",
        ) from None


def _for_a_script(sign_in: SignIn) -> str:
    port = sign_in.redirect.rpartition(":")[2].partition("/")[0]
    return (
        f"Sign in at the app: {sign_in.address}\n"
        f"The browser comes back to {sign_in.redirect}, which waits for {SECONDS / 60:.0f} minutes; "
        "Ctrl-C\n"
        "cancels. Where the browser is on another machine: "
        f"ssh -L {port}:127.0.0.1:{port} from there, first."
    )
