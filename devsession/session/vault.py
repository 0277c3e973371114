"""The live secrets of a session: looked up at use, handed down to whoever needs them."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from devsession.errors import SetupError
from devsession.plugin.parameters import SyncConfigurationParameters
from devsession.recording.known import Redactors
from devsession.recording.tokens import looks_secret
from devsession.secrets.managers import SecretStore
from devsession.secrets.redact import Redactor, placeholder
from devsession.secrets.reference import SecretReference
from devsession.secrets.secret_file import FileSecrets
from devsession.session.not_secret import declare_not_secret, declared_not_secret
from devsession.session.sandbox import SANDBOX_HOST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from devsession.plugin.parameters import StoredConfigurationValue
    from devsession.recording.recorder import Recorder
    from devsession.session.sandbox import Sandbox
    from devsession.session.workspace import Workspace

P = TypeVar("P", bound=SyncConfigurationParameters)


class Vault:
    """Names -> values of secrets, and the redactors that know them.

    recorder: is told every secret and address known by now, whenever one is learnt, and knows the
    tokens that arrived. Offline, a secret that is nowhere is its placeholder: recordings hold
    nothing else.
    """

    def __init__(
        self, workspace: Workspace, *, offline: bool, sandbox: Sandbox, recorder: Recorder
    ) -> None:
        self.store = SecretStore(workspace.folder, offline=offline, quiet=recorder.paused)
        self.offline = offline
        self._sandbox = sandbox
        self._recorder = recorder
        self._lock = threading.Lock()
        # Replaced, never changed: the redactors are asked for from any thread.
        self._known: dict[str, tuple[str, ...]] = {}
        self._workspace = workspace
        self._not_secret = declared_not_secret(workspace)
        self._fetched: frozenset[str] = frozenset()
        self._told: object = None
        self._kept = _Kept(FileSecrets(workspace.private / "secrets"), lambda: self._not_secret)
        self._shown = Redactors(lambda: (recorder.shown, self._kept.redactor))

    def __repr__(self) -> str:
        return f"<Vault: {', '.join(sorted(self._known)) or 'empty'}>"

    def value(self, field: str, reference: SecretReference) -> str:
        """The plain secret of a field, redacted from now on wherever we write.

        Raises: SecretMissingError, unless offline.
        """
        value = self.store.find(reference.name)
        if value is None:
            if self.offline:
                return placeholder(field)
            value = self.store.lookup(reference.name)
        self.learn({field: value})
        return value

    def learn(self, secrets: Mapping[str, str]) -> None:
        """Redact these from now on: what was typed, what connect() returned.

        What a name stood for before stays known.
        """
        with self._lock:
            known = dict(self._known)
            for name, value in secrets.items():
                if value and value not in self._fetched:
                    others = (old for old in known.get(name, ()) if old != value)
                    known[name] = (*others, value)
            self._known = known
        self._tell()

    def learn_stored(self, secrets: Mapping[str, StoredConfigurationValue]) -> None:
        """The same for what is stored, and for its metadata where that looks like a secret."""
        found = {name: stored.value for name, stored in secrets.items()}
        for name, stored in secrets.items():
            found |= dict(_texts(name, stored.metadata))
        self.learn(found)

    def learn_tokens(self, tokens: Mapping[str, str]) -> None:
        """The same for what was fetched or handed out, and is another one in each run."""
        pairs = [(name, value) for name, value in tokens.items() if value]
        with self._lock:
            self._fetched |= {value for _, value in pairs}
        self._recorder.learn(pairs)

    def not_secret(self, *values: str) -> None:
        """Leave these as they are, under whatever name they are known, here and in the audit."""
        with self._lock:
            self._not_secret |= declare_not_secret(self._workspace, values)
        self._tell()

    def keep(self, name: str, value: str) -> tuple[SecretReference, str]:
        """Put a secret where secrets are kept: the reference that finds it again, and the place."""
        place = self.store.store(name, value)
        return SecretReference(name), place

    @property
    def redactor(self) -> Redactor:
        """Knows every secret so far, the tokens that arrived, and the sandbox's address."""
        self._tell()
        return self._recorder.redactor

    @property
    def shown(self) -> Redactor:
        """The same for what is shown, where the sandbox's address can be used. It hides all that
        the workspace's secret file keeps, used or not."""
        return self._shown

    def text(self, text: str) -> str:
        """A text without the secrets known by now."""
        return self.redactor.text(text)

    def resolve(self, text: str) -> str:
        """A value as it is used: the sandbox's stand-in becomes its address, where it now runs."""
        if SANDBOX_HOST not in text or self.offline:
            return text
        self._sandbox.start()
        return text.replace(SANDBOX_HOST, self._sandbox.netloc or SANDBOX_HOST)

    def used(
        self, stored: Mapping[str, StoredConfigurationValue]
    ) -> dict[str, StoredConfigurationValue]:
        """Stored values as they are used."""
        return {
            name: value.model_copy(update={"value": self.resolve(value.value)})
            for name, value in stored.items()
        }

    def used_in(self, frozen: P) -> P:
        """Parameters with their values as they are used."""
        return frozen.model_copy(
            update={
                "connection_parameters": self.used(frozen.connection_parameters),
                "sync_parameters": self.used(frozen.sync_parameters),
            }
        )

    def _tell(self) -> None:
        if self._all == self._told:
            return
        with self._lock:
            told = self._all
            self._recorder.know(*told)
            self._told = told

    @property
    def _all(self) -> tuple[dict[str, tuple[str, ...]], dict[str, str], frozenset[str]]:
        address = self._sandbox.netloc
        return self._known, {SANDBOX_HOST: address} if address else {}, self._not_secret


class _Kept:
    """A redactor of what a secret file keeps, as it is now."""

    def __init__(self, file: FileSecrets, not_secret: Callable[[], frozenset[str]]) -> None:
        self._file = file
        self._not_secret = not_secret
        self._seen: tuple[int, frozenset[str]] | None = None
        self._redactor = Redactor({})

    @property
    def redactor(self) -> Redactor:
        with suppress(OSError, SetupError):  # whoever uses the file is told what is wrong with it
            now = self._file.path.stat().st_mtime_ns, self._not_secret()
            if now != self._seen:
                self._redactor = Redactor(self._file.all(), not_secret=now[1])
                self._seen = now
        return self._redactor


def _texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """The texts in metadata that look like secrets, each with the path to it as its name."""
    if isinstance(value, str) and looks_secret(value):
        yield name, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(f"{name}-{key}", item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(name, item)
