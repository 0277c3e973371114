"""Where secrets come from: the environment, `.env`, the keyring, a file, looked in in this order; or,
where a name says so, a cloud."""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import TYPE_CHECKING, Protocol

from devsession.errors import SecretMissingError, SetupError
from devsession.private import private_folder
from devsession.secrets.clouds import CLOUDS
from devsession.secrets.dotenv_secrets import DotenvSecrets
from devsession.secrets.keyring_secrets import KeyringSecrets
from devsession.secrets.secret_file import FileSecrets

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from devsession.secrets.clouds import CloudSecrets


class SecretSource(Protocol):
    """One place where secrets may be."""

    @property
    def place(self) -> str:
        """Where this looks, for people."""

    def get(self, name: str) -> str | None:
        """The value; None when it is not here, or the place cannot be used."""

    def problem(self) -> str:
        """Why the place cannot be used, to stand behind its name; nothing when it can."""

    def to_add(self, name: str) -> str:
        """How a person puts a value here; nothing where only we do."""

    def to_remove(self, name: str) -> str:
        """How a person takes a value out of here."""


class EnvironmentSecrets:
    """Secrets in environment variables: what CI and containers have."""

    place = "the environment"

    def get(self, name: str) -> str | None:
        """The value of the variable."""
        return os.environ.get(name)

    def problem(self) -> str:
        """Nothing: there is always one."""
        return ""

    def to_add(self, name: str) -> str:
        """The shell's command."""
        return f"export {name}=.."

    def to_remove(self, name: str) -> str:
        """The shell's command; a kernel has the environment that it was started with."""
        return f"unset {name}, and start the kernel again"


class SecretStore:
    """The secrets of a workspace, by name. Values are looked up at use; those of a cloud are kept for
    some minutes.

    offline: no cloud is asked, and its secrets are not there. quiet: inside, what is asked of a
    cloud is in no recording.
    """

    def __init__(
        self,
        workspace: Path,
        *,
        offline: bool = False,
        quiet: Callable[[], AbstractContextManager[object]] = nullcontext,
    ) -> None:
        self._clouds = {cloud.prefix: cloud() for cloud in CLOUDS}
        self._offline = offline
        self._quiet = quiet
        self._keyring = KeyringSecrets(workspace)
        self._file = FileSecrets(private_folder(workspace) / "secrets")
        self._by_hand: tuple[SecretSource, ...] = (
            EnvironmentSecrets(),
            DotenvSecrets(workspace / ".env"),
        )
        self._sources: tuple[SecretSource, ...] = (*self._by_hand, self._keyring, self._file)

    def __repr__(self) -> str:
        return f"<SecretStore: {', '.join(source.place for source in self._sources)}>"

    def find(self, name: str) -> str | None:
        """The value from the first place that has one; an empty one counts as none.

        Raises:
            SetupError: the secret file is damaged, or others can read it.
        """
        if cloud := self._cloud(name):
            return self._asked(cloud, name)
        values = (source.get(name) for source in self._sources)
        return next((value for value in values if value), None)

    def find_all(self, name: str) -> tuple[str, ...]:
        """Every value that a place has: one that is never used may be in a file all the same.

        Raises:
            SetupError: the secret file is damaged, or others can read it.
        """
        if cloud := self._cloud(name):
            value = self._asked(cloud, name)
            return (value,) if value else ()
        values = (source.get(name) for source in self._sources)
        return tuple(dict.fromkeys(value for value in values if value))

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
        for earlier in self._by_hand:
            self._refuse_hidden(name, value, earlier)
        if self._keyring.set(name, value):
            self._file.discard(name)  # an older value
            return self._keyring.place
        self._refuse_hidden(name, value, self._keyring)
        self._file.set(name, value)
        return self._file.place

    def _refuse_hidden(self, name: str, value: str, earlier: SecretSource) -> None:
        if earlier.get(name) not in (value, "", None):
            raise SetupError(
                f"The new value of the secret {name} would never be used",
                tried=f"{earlier.place} is looked in first, and holds another value",
                where=earlier.place,
                next_step=f"{earlier.to_remove(name)}, or use the value that is there",
                secret=name,
            )

    def _cloud(self, name: str) -> CloudSecrets | None:
        prefix, colon, _ = name.partition(":")
        return self._clouds.get(prefix) if colon else None

    def _asked(self, cloud: CloudSecrets, name: str) -> str | None:
        if self._offline:
            return None
        with self._quiet():
            return cloud.get(name)

    def _missing(self, name: str) -> SecretMissingError:
        if cloud := self._cloud(name):
            return SecretMissingError(
                f"The secret {name} cannot be had from {cloud.place}",
                tried="it is not asked: offline"
                if self._offline
                else cloud.problem() or "it is empty",
                where=cloud.place,
                next_step="take DEVSESSION_OFFLINE out of the environment"
                if self._offline
                else cloud.next_step(name),
                secret=name,
            )
        problems = [(source, source.problem()) for source in self._sources]
        looked = [
            f"{source.place}: {problem or f'no {name} with a value'}"
            for source, problem in problems
        ]
        commands = [source.to_add(name) for source, problem in problems if not problem]
        commands.append("fill the connection form and save it")
        return SecretMissingError(
            f"The secret {name} is in none of the places looked in",
            tried="\n".join(f"{number}. {place}" for number, place in enumerate(looked, 1)),
            next_step=", or ".join(filter(None, commands)),
            secret=name,
        )
