"""Secrets in the keyring of the operating system, where there is one that works."""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from keyring.backend import KeyringBackend

Answer = TypeVar("Answer")

# keyring's own mark for a backend to rely on: below are the null and the failing one, and those
# that ask for a password on the terminal.
_RECOMMENDED = 1
# A locked keyring may wait for a dialog that nobody sees.
_ANSWER_SECONDS = 10


class KeyringSecrets:
    """Secrets of one workspace: two workspaces may call different secrets by the same name.

    A keyring that is missing, broken, locked or silent is one that does not work: nothing here
    raises, prints, or waits for long.
    """

    def __init__(self, workspace: Path) -> None:
        self.service = f"devsession {workspace.resolve()}"
        self._silent = False
        self._why = ""

    @property
    def place(self) -> str:
        """Where this looks, for people."""
        return f'the keyring, service "{self.service}"'

    def problem(self) -> str:
        """Why there is no keyring that answers; nothing when there is."""
        probed = self._ask(lambda backend: [backend.get_password(self.service, "probe")])
        return "" if probed is not None else self._why

    def to_add(self, name: str) -> str:
        """keyring's own command."""
        return f'keyring set "{self.service}" {name}'

    def to_remove(self, name: str) -> str:
        """keyring's own command."""
        return f'keyring del "{self.service}" {name}'

    def get(self, name: str) -> str | None:
        """The value; None when the keyring does not hold it, or does not work."""
        return self._ask(lambda backend: backend.get_password(self.service, name))

    def set(self, name: str, value: str) -> bool:
        """Whether the keyring took the value and gives it back."""

        def kept(backend: KeyringBackend) -> bool:
            backend.set_password(self.service, name, value)
            return bool(backend.get_password(self.service, name) == value)

        return bool(self._ask(kept))

    def _ask(self, question: Callable[[KeyringBackend], Answer]) -> Answer | None:
        """The answer; None when there is none to have. A silent keyring is asked once."""
        if self._silent:
            return None
        answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()

        def ask() -> None:
            try:
                backend = _backend()
                self._why = "" if backend else "none works here"
                answers.put(question(backend) if backend else None)
            except Exception as error:  # noqa: BLE001 - backends are foreign code, and raise what they like
                # Its text is not shown: a backend may quote what it was asked to keep.
                self._why = f"it does not work ({type(error).__name__}); it may be locked"
                answers.put(None)

        threading.Thread(target=ask, name="devsession-keyring", daemon=True).start()
        try:
            return answers.get(timeout=_ANSWER_SECONDS)
        except queue.Empty:
            self._silent = True
            self._why = f"it gave no answer in {_ANSWER_SECONDS:g} seconds; it may be locked"
            return None


def _backend() -> KeyringBackend | None:
    logger = logging.getLogger("keyring")
    if not logger.handlers:  # or Python prints its warnings where no logging is set up
        logger.addHandler(logging.NullHandler())
    import keyring

    backend = keyring.get_keyring()
    return backend if backend.priority >= _RECOMMENDED else None
