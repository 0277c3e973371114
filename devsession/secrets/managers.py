"""Where secrets come from: the environment, the keyring, a file, looked in in this order."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from devsession.errors import SecretMissingError, SetupError
from devsession.secrets.keyring_secrets import KeyringSecrets
from devsession.secrets.secret_file import FileSecrets

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["EnvironmentSecrets", "FileSecrets", "KeyringSecrets", "SecretSource", "SecretStore"]


class SecretSource(Protocol):
    """One place where secrets may be."""

    @property
    def place(self) -> str:
        """Where this looks, for people."""

    def get(self, name: str) -> str | None:
        """The value; None when it is not here."""


class EnvironmentSecrets:
    """Secrets in environment variables: what CI and containers have."""

    place = "the environment"

    def get(self, name: str) -> str | None:
        """The value of the variable."""
        return os.environ.get(name)


class SecretStore:
    """The secrets of a workspace, by name. Values are looked up at use, and kept nowhere here."""

    def __init__(self, workspace: Path) -> None:
        self._environment = EnvironmentSecrets()
        self._keyring = KeyringSecrets(workspace)
        self._file = FileSecrets(workspace / ".devsession" / "secrets")
        self._sources: tuple[SecretSource, ...] = (self._environment, self._keyring, self._file)

    def __repr__(self) -> str:
        return f"<SecretStore: {', '.join(source.place for source in self._sources)}>"

    def find(self, name: str) -> str | None:
        """The value from the first place that has one; an empty one counts as none.

        Raises:
            SetupError: the secret file is damaged, or others can read it.
        """
        values = (source.get(name) for source in self._sources)
        return next((value for value in values if value), None)

    def lookup(self, name: str) -> str:
        """The value from the first place that has one.

        Raises:
            SecretMissingError: it is in none of the places; the text lists them.
            SetupError: the secret file is damaged, or others can read it.
        """
        value = self.find(name)
        if value is None:
            raise self._missing(name)
        return value

    def store(self, name: str, value: str) -> str:
        """Keep a value in the keyring where one works, else in the file; says in which.

        Raises:
            SetupError: a place that is looked in earlier holds another value, which would be
                found instead; or the secret file cannot be used.
        """
        unset = f"unset {name}, and start the kernel again"
        self._refuse_hidden(name, value, self._environment, unset)
        if self._keyring.set(name, value):
            self._file.discard(name)  # an older value
            return self._keyring.place
        forget = f'keyring del "{self._keyring.service}" {name}'
        self._refuse_hidden(name, value, self._keyring, forget)
        self._file.set(name, value)
        return self._file.place

    def _refuse_hidden(self, name: str, value: str, earlier: SecretSource, remove: str) -> None:
        if earlier.get(name) not in (value, "", None):
            raise SetupError(
                f"The new value of the secret {name} would never be used",
                tried=f"{earlier.place} is looked in first, and holds another value",
                where=earlier.place,
                next_step=f"{remove}, or use the value that is there",
                secret=name,
            )

    def _missing(self, name: str) -> SecretMissingError:
        works = self._keyring.works()
        looked = [
            f"{self._environment.place}: no variable {name} with a value",
            f"{self._keyring.place}: no entry {name}" if works else "the keyring: none works here",
            f"{self._file.place}: no entry {name}",
        ]
        commands = [f"export {name}=..", "fill the connection form and save it"]
        if works:
            commands.insert(1, f'keyring set "{self._keyring.service}" {name}')
        return SecretMissingError(
            f"The secret {name} is in none of the places looked in",
            tried="\n".join(f"{number}. {place}" for number, place in enumerate(looked, 1)),
            next_step=", or ".join(commands),
            secret=name,
        )
