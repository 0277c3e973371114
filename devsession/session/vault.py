"""The live secrets of a session: looked up at use, handed down to whoever needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.secrets.managers import SecretStore
from devsession.secrets.redact import Redactor, placeholder
from devsession.secrets.reference import SecretReference
from devsession.session.sandbox import SANDBOX_HOST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from devsession.plugin.parameters import StoredConfigurationValue
    from devsession.session.sandbox import Sandbox
    from devsession.session.workspace import Workspace


class Vault:
    """Names -> values of secrets, and the redactor that knows them.

    tell: is given every secret and address known by now, whenever one is learnt. Offline, a
    secret that is nowhere is its placeholder: recordings hold nothing else.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        offline: bool,
        sandbox: Sandbox,
        tell: Callable[[Mapping[str, str], Mapping[str, str]], None],
    ) -> None:
        self.store = SecretStore(workspace.folder)
        self._offline = offline
        self._sandbox = sandbox
        self._tell = tell
        self._known: dict[str, str] = {}
        self._redactor: tuple[object, Redactor] | None = None

    def __repr__(self) -> str:
        return f"<Vault: {', '.join(sorted(self._known)) or 'empty'}>"

    @property
    def offline(self) -> bool:
        """Whether placeholders stand for secrets that are nowhere."""
        return self._offline

    def value(self, field: str, reference: SecretReference) -> str:
        """The plain secret of a field, redacted from now on wherever we write.

        Raises: SecretMissingError, unless offline.
        """
        value = self.store.find(reference.name)
        if value is None:
            if self._offline:
                return placeholder(field)
            value = self.store.lookup(reference.name)
        self.learn({field: value})
        return value

    def learn(self, secrets: Mapping[str, str]) -> None:
        """Redact these from now on: what was typed, what connect() returned."""
        self._known.update({name: value for name, value in secrets.items() if value})
        self._tell(self._known, self._addresses)

    def keep(self, name: str, value: str) -> tuple[SecretReference, str]:
        """Put a secret where secrets are kept: the reference that finds it again, and the place."""
        place = self.store.store(name, value)
        return SecretReference(name), place

    @property
    def redactor(self) -> Redactor:
        """Knows every secret used so far, and the sandbox's address."""
        known = (dict(self._known), self._addresses)
        if self._redactor is None or self._redactor[0] != known:
            # Its patterns are compiled when first used, and live as long as it does.
            self._redactor = (known, Redactor(*known))
        return self._redactor[1]

    def text(self, text: str) -> str:
        """A text without the secrets known by now."""
        return self.redactor.text(text)

    def resolve(self, text: str) -> str:
        """A value as it is used: the sandbox's stand-in becomes its address, where it now runs."""
        if SANDBOX_HOST not in text or self._offline:
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

    @property
    def _addresses(self) -> dict[str, str]:
        address = self._sandbox.netloc
        return {SANDBOX_HOST: address} if address else {}
