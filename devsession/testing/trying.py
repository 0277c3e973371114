"""Calling one method of a plugin with the network shut, and telling how that went."""

from __future__ import annotations

from inspect import signature
from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError, PluginError, UnknownNameError
from devsession.testing.author_lines import line_raising
from devsession.testing.examination import Checked
from devsession.testing.told import WrongReturnError

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.plugin.contract import Plugin
    from devsession.recording.network import NetworkShut

SESSION = "session.connection.fill(..) in a notebook"
_MEND = "mend it"


class Trying:
    """The methods of one plugin that were tried so far, a line each in `found`."""

    def __init__(self, plugin: Plugin, network: NetworkShut) -> None:
        self._plugin = plugin
        self._network = network
        self.found: list[Checked] = []

    @property
    def asked(self) -> int:
        """How often the app was asked, in vain."""
        return len(self._network.refused)

    def call(
        self, name: str, call: Callable[[], Any], told: Callable[[Any], str], *, label: str = ""
    ) -> Any:
        """What the call of a method returned; None when it is not written, fails or is wrong."""
        if not self._plugin.has(name):
            self.not_written(name)
            return None
        asked = self.asked
        try:
            returned = call()
            self.found.append(Checked(label or name, "ok", told(returned)))
        except Exception as error:  # noqa: BLE001 - whatever the author's code raises is told
            self.found.append(self._failed(label or name, error, self._network.refused[asked:]))
            return None
        return returned

    def not_called(self, name: str, why: str, next_step: str) -> None:
        """A method that cannot be tried here."""
        if self._plugin.has(name):
            self.found.append(Checked(name, "not tried", why, next_step))
        else:
            self.not_written(name)

    def not_written(self, name: str) -> None:
        """A method that is needed and not there; the base class says how it is written."""
        method = getattr(self._plugin, name)
        try:
            method(*[None] * len(signature(method).parameters))
        except PluginError as error:
            self.found.append(Checked(name, "not written", next_step=error.next_step))

    def _failed(self, label: str, error: Exception, refused: list[str]) -> Checked:
        said = f"{type(error).__name__}: {error}{self._place(error)}"
        if refused:
            return Checked(label, "not tried", f"it asks the app at {refused[0]}", SESSION)
        if isinstance(error, UnknownNameError) and is_made_up(error):
            return Checked(label, "not tried", f"{error.what}{self._place(error)}", SESSION)
        if is_made_up(error):
            return Checked(label, "not tried", f"of made-up answers it raised {said}", SESSION)
        if isinstance(error, DevsessionError):
            lines = [error.what, error.tried, error.where]
            return Checked(label, "error", "\n".join(filter(None, lines)), error.next_step or _MEND)
        if isinstance(error, WrongReturnError):
            said = str(error)
        return Checked(label, "error", said, _MEND)

    def _place(self, error: Exception) -> str:
        """The author's line that it came through."""
        place = line_raising(error, type(self._plugin))
        return f" ({place})" if place else ""


def is_made_up(error: BaseException) -> bool:
    """Whether it may come of answers that nobody gave, or of what connect() would have returned."""
    missing = isinstance(error, UnknownNameError) and "parameter" in error.fields
    return missing or isinstance(error, ValueError)
