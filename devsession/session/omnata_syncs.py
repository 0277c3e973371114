"""The Omnata app that a session's syncs come from, when it was opened with one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import UsageError
from devsession.session.omnata_inbound import OmnataInboundSync
from devsession.session.omnata_sync import OmnataSync
from devsession.session.syncs import check_direction
from devsession.warehouse.omnata import OmnataApp, check_name
from devsession.warehouse.snowflake import snowflake_account

if TYPE_CHECKING:
    from devsession.session.development import DevelopmentSession
    from devsession.warehouse.account import Account
    from devsession.warehouse.omnata import Statements


class OmnataSyncs:
    """The syncs of one app by their slugs; each stays the same object.

    account: a connection's name, or an account that is open.
    """

    def __init__(
        self, session: DevelopmentSession, account: str | Statements, omnata_app: str
    ) -> None:
        self.place = (account, omnata_app)
        self._session = session
        self._own: Account | None = None
        opened: Statements
        if isinstance(account, str):
            opened = self._own = snowflake_account(account)
        else:
            opened = account
        self._app = OmnataApp(
            opened, omnata_app, redact=session.vault.text, quiet=session.recorder.paused
        )
        self._syncs: dict[tuple[type, str], OmnataSync | OmnataInboundSync] = {}

    @property
    def where(self) -> str:
        """The app, as people call it."""
        return self._app.where

    def sync(
        self, slug: str, *, direction: str | None, **declared: object
    ) -> OmnataSync | OmnataInboundSync:
        """The sync of this slug; whether there is one that goes this way, the app says when asked.

        Raises: UsageError for what declares a sync, or is no slug.
        """
        check_direction(slug, direction)
        if not isinstance(slug, str) or not slug.strip():
            raise UsageError(
                "A sync is fetched by its slug",
                tried=f"session.sync({slug!r})",
                where=self.where,
                next_step='for instance session.sync("contacts")',
            )
        kind = OmnataInboundSync if direction == "inbound" else OmnataSync
        sync = self._syncs.setdefault((kind, slug), kind(self._session, self._app, slug))
        if given := [name for name, value in declared.items() if value is not None]:
            sync.elsewhere(f"session.sync({slug!r}, {', '.join(f'{name}=..' for name in given)})")
        return sync

    def close(self) -> None:
        """Let the connection go, if it is ours."""
        if self._own is not None:
            self._own.close()


def check_place(account: object, omnata_app: object) -> None:
    """Whether these say where syncs come from. Raises: UsageError."""
    if account is None and omnata_app is None:
        return
    if account is None:
        raise UsageError(
            "omnata_app= is given without account=",
            tried="with both, syncs come from an Omnata app on that Snowflake account",
            next_step='DevelopmentSession(.., account="prod", omnata_app="OMNATA_SYNC_ENGINE")',
        )
    opened = omnata_app is not None and hasattr(account, "arrow")
    if not (account.strip() if isinstance(account, str) else opened):
        raise UsageError(
            "account= is the name of a connection to a Snowflake account",
            tried=f"account={account!r}",
            next_step='for instance account="prod", with a section [prod] in connections.toml',
        )
    if omnata_app is not None:
        check_name(omnata_app)


def omnata_syncs(
    session: DevelopmentSession,
    account: str | Statements | None,
    omnata_app: str | None,
    before: OmnataSyncs | None,
) -> OmnataSyncs | None:
    """Where syncs come from now: None for this workspace, `before` when it is the same app."""
    if before is not None and before.place == (account, omnata_app):
        return before
    if before is not None:
        before.close()
    if account is None or omnata_app is None:
        return None  # from the workspace, whichever warehouse it has
    return OmnataSyncs(session, account, omnata_app)
