"""What syncs of an Omnata app have in common, whichever way they go: they are configured there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from devsession.errors import UsageError
from devsession.plugin.omnata_answers import SecretNames
from devsession.recording.origin import Origin, read_origin
from devsession.secrets.redact import placeholder
from devsession.warehouse.omnata_source import secrets_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from devsession.plugin.form import Form
    from devsession.plugin.parameters import StoredSecret
    from devsession.recording.scenario_files import ScenarioFiles
    from devsession.session.development import DevelopmentSession
    from devsession.warehouse.omnata import OmnataApp


class AtOmnata:
    """A sync of an Omnata app. What it would have in a workspace is refused, and says where it is."""

    # What else the call has that fetches it.
    _named = ""

    def __init__(self, session: DevelopmentSession, app: OmnataApp, slug: str) -> None:
        self._session = session
        self._app = app
        self._slug = slug
        self._scenarios: dict[str, Any] = {}
        self._secrets: dict[Origin, dict[str, StoredSecret]] = {}

    @property
    def slug(self) -> str:
        """The name that it has in the app."""
        return self._slug

    @property
    def record(self) -> NoReturn:
        """There is none here. Raises: UsageError, so that what needs it says what it says."""
        self.elsewhere()

    @property
    def filled(self) -> bool:
        """Always: the app runs nothing else."""
        return True

    @property
    def form(self) -> Form:
        """There is none here. Raises: UsageError."""
        self.elsewhere()

    def refresh(self) -> None:
        """plugin.py was saved: there is no form here that would change."""

    def secrets(self, folder: ScenarioFiles[Any], names: Iterable[str]) -> dict[str, str]:
        """The plain secrets of a scenario, fetched once each time that it is opened."""
        if self._session.offline:
            return {name: placeholder(name) for name in names}
        origin = read_origin(folder)
        if origin is None or not names:
            return {}
        if origin not in self._secrets:
            at_app = SecretNames(**origin.model_dump(exclude={"omnata_app"}))
            self._secrets[origin] = secrets_of(
                self._app, at_app, self.slug, self._session.vault.learn_stored
            )
        found = self._secrets[origin]
        return {name: found[name].value for name in names if name in found}

    def require_online(self) -> None:
        """Raises: UsageError when the session is offline: the app cannot be asked."""
        if self._session.offline:
            raise UsageError(
                f"The sync {self.slug!r} is read from its app, and DEVSESSION_OFFLINE is set",
                where=self._app.where,
                next_step="unset DEVSESSION_OFFLINE; scenarios that are frozen open offline too",
                sync=self.slug,
            )

    def elsewhere(self, tried: str = "", next_step: str = "") -> NoReturn:
        """Refuse what belongs to the app. Raises: UsageError."""
        raise UsageError(
            f"The sync {self.slug!r} is configured in the app, not in this workspace",
            tried=tried,
            where=self._app.where,
            next_step=next_step
            or f"change it there; here: session.sync({self.slug!r}{self._named}).scenario(..), "
            ".parameters",
            sync=self.slug,
        )

    def __repr__(self) -> str:
        return f"Sync {self.slug!r} of {self._app.where}"

    def _ipython_display_(self) -> None:
        print(self)  # noqa: T201 - the author's cell shows it
