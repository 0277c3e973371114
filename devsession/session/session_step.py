"""A step of a session, with its configuration: a workflow's source, or a handler of events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from devsession.openmetadata.workflow.frozen_config import frozen
from devsession.session.step_connection import StepConnection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.session.development import DevelopmentSession
    from devsession.session.saved import Note


class SessionStep:
    """What is asked for by a slug, and filled.

    Class attributes: `_METHOD` of the session gives it; `_AFTER` says what is next when it is saved.
    """

    _METHOD: ClassVar[str]
    _AFTER: ClassVar[str]

    def __init__(self, session: DevelopmentSession, slug: str) -> None:
        self._session = session
        self.slug = slug
        self._connection: StepConnection | None = None

    @property
    def connection(self) -> StepConnection:
        """The form of its configuration."""
        if self._connection is None:
            self._connection = StepConnection(
                self._session, self.slug, method=self._METHOD, after=self._AFTER
            )
        return self._connection

    def fill(self, **values: object) -> Note:
        """Set fields by name, call prepare() and test_connection() once, and save.

        The same values again change nothing and call nothing. A secret is `secret("NAME")`.

        Raises:
            FormError: a field is wrong; nothing was changed.
            ConnectError: the system refused; nothing was saved.
            SecretMissingError: a referenced secret is nowhere.
        """
        return self.connection.fill(**values)

    @property
    def config(self) -> Any:
        """What the step gets: an instance of its `Config`, secrets included.

        Raises: NotFilledError, SecretMissingError.
        """
        config = self._configuration()
        self._session.vault.learn(frozen(config)[1])
        return config

    @property
    def is_configured(self) -> bool:
        """Whether there is a configuration to compare a frozen one with."""
        return self.connection.filled

    def _configuration(self) -> Any:
        return self.connection.config

    def secrets(self, _: object, names: Sequence[str]) -> dict[str, str]:
        """The plain secrets of a scenario's configuration, as they are now."""
        return self.connection.secrets(names) if names else {}

    def refresh(self) -> None:
        """plugin.py was saved: the form as it is now; answers that still fit are kept."""
        if self._connection is not None:
            self._connection.refresh()

    def _ipython_display_(self) -> None:
        self.connection._ipython_display_()

    def __repr__(self) -> str:
        return repr(self.connection)
