"""The practice app as a session offers it: started when its address is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from devsession.errors import UsageError
from devsession.sandbox import (
    CATALOG_PATH,
    CLIENT_ID,
    CLIENT_SECRET_NAME,
    KEY_NAME,
    agree,
    catalog_password,
    catalog_token,
    change_settings,
    change_stream,
    expire_tokens,
    sandbox_service,
    set_catalog,
    set_stream,
    start_sandbox,
    stop_sandbox,
    subscribe,
    subscriptions,
    unsubscribe,
)
from devsession.secrets.managers import SecretStore
from devsession.secrets.reference import SecretReference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from pandas import DataFrame

    from devsession.session.workspace import Workspace


SANDBOX_HOST = "sandbox.test"
"""What stands for the sandbox's address in recordings: its port is not the same everywhere."""


class Sandbox:
    """The practice app of a workspace; its key is `secret("SANDBOX_API_KEY")`.

    For OAuth: `client_id`, `secret("SANDBOX_CLIENT_SECRET")`, tokens at `/oauth/token`, and
    `/oauth/authorize`, where a person signs in.
    """

    client_id = CLIENT_ID

    def __init__(
        self,
        workspace: Workspace,
        *,
        offline: bool,
        unrecorded: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._workspace = workspace
        self._offline = offline
        self._unrecorded = unrecorded
        self._service = sandbox_service(workspace.folder)
        self._agrees = False

    def __repr__(self) -> str:
        return (
            f'<Sandbox: key secret("{KEY_NAME}"); '
            f'OAuth client "{CLIENT_ID}", secret("{CLIENT_SECRET_NAME}")>'
        )

    @property
    def url(self) -> str:
        """Where it answers; it is started if need be. Offline it is a name that recordings have."""
        if self._offline:
            return f"http://{SANDBOX_HOST}"
        self.start()
        return f"http://{self.netloc}"

    @property
    def catalog_url(self) -> str:
        """Its metadata catalog, as a workflow's `hostPort`; its token is `secret("CATALOG_TOKEN")`,
        the password of admin@example.com `secret("CATALOG_PASSWORD")`; both are made when there are
        none, and tokens of `client_id` let in as well. Offline it answers, too: it is on this machine."""
        catalog_token(self._workspace.folder)
        catalog_password(self._workspace.folder)
        return f"{self.issuer}{CATALOG_PATH}"

    @property
    def issuer(self) -> str:
        """The OpenID provider of `client_id`, whose tokens its catalog takes; offline as that."""
        self.start()
        address = self._service.ensure()
        return f"http://{address.host}:{address.port}"

    def is_catalog(self, host: str, port: int) -> bool:
        """Whether only the catalog is called there: offline, where nobody calls the practice app."""
        return self._offline and self._service.listens(host, port)

    @property
    def netloc(self) -> str | None:
        """host:port while it runs; nothing is started."""
        address = None if self._offline else self._service.address()
        return f"{address.host}:{address.port}" if address else None

    def start(self, *, data: str | Path | None = None) -> None:
        """Start it, unless it runs; its key and client secret are made when there are none.

        data: a folder for its records: a start with the same one goes on from them.

        Raises: UsageError when it runs already, with its records elsewhere, or for no folder's name.
        """
        if data is not None and not isinstance(data, str | Path):
            raise UsageError(
                "data is the name of a folder",
                tried=f"data of type {type(data).__name__}",
                next_step='session.sandbox.start(data="records")',
            )
        self._workspace.prepare()
        start_sandbox(self._workspace.folder, None if data is None else Path(data))

    def stop(self) -> None:
        """Stop it; the records that it holds are gone, unless it was given a folder for them."""
        stop_sandbox(self._workspace.folder)

    def rate_limit(self, rate: str | None, *, retry_after: str = "seconds") -> None:
        """From now on answer more than `rate` with 429; None lifts the limit.

        Args:
            rate: such as "5/second", "100/minute", "1000/hour".
            retry_after: how Retry-After is written: "seconds" or "date".

        Raises:
            UsageError: it is written otherwise, or the session is offline.
        """
        self._set(rate=rate, retry_after=retry_after)

    def storm(self, **settings: float) -> None:
        """From now on some requests meet 429, 5xx, a cut connection or a slow answer.

        Args:
            settings: the shares `too_many`, `server_errors`, `resets` and `slow`, from 0 to 1;
                `slow_seconds`; `seed`: the same seed is the same storm.

        Raises:
            UsageError: they cannot be, or the session is offline.
        """
        self._set(storm=settings)

    def calm(self) -> None:
        """The storm is over.

        Raises: UsageError when the session is offline.
        """
        self._set(storm=None)

    def set_catalog(self, **settings: object) -> None:
        """From now on calls of the metadata catalog meet these faults.

        Args:
            settings: such as `next=["429", "reset_answer"]`, `every={"calls": 10, "fate": "503"}`,
                `rate="50/second"`, `token_calls=100`, `refuse=["shop.public.orders"]`; all of
                them: `devsession.sandbox.catalog.faults.Settings`. None lifts one.

        Raises:
            UsageError: they cannot be, or the session is offline.
        """
        self._refuse_offline()
        self.start()
        with self._unrecorded():
            set_catalog(self._workspace.folder, settings)

    def subscribe(
        self,
        endpoint: str,
        secret: SecretReference | None = None,
        *,
        resources: Sequence[str] = ("all",),
    ) -> None:
        """From now on the metadata catalog sends an event to an address when an entity changes.

        Each address has one subscription; once more, and what waits for it is sent now. Offline
        as well: the catalog is on this machine.

        Args:
            endpoint: such as "http://127.0.0.1:8600/events".
            secret: `secret("WEBHOOK_SECRET")`, which events are signed with, in X-OM-Signature.
            resources: the types of entities that it is told of: `["table", "user"]`.

        Raises:
            UsageError: one of them cannot be.
            SecretMissingError: the secret is in none of the places.
        """
        if secret is not None and not isinstance(secret, SecretReference):
            raise UsageError(
                "secret is the name of a secret, not the secret itself",
                tried=f"secret of type {type(secret).__name__}",
                next_step='session.sandbox.subscribe(.., secret("WEBHOOK_SECRET"))',
            )
        folder = self._workspace.folder
        value = None if secret is None else SecretStore(folder).lookup(secret.name)
        self.start()
        with self._unrecorded():
            subscribe(folder, endpoint, value, resources=resources)

    def unsubscribe(self, endpoint: str) -> bool:
        """The metadata catalog sends no more events to an address; False when it did not."""
        self.start()
        with self._unrecorded():
            return unsubscribe(self._workspace.folder, endpoint)

    def subscriptions(self) -> DataFrame:
        """Where the metadata catalog sends events, and how that goes.

        Returns:
            One row an address: `endpoint`, `resources`, `status` ("active", "awaitingRetry", ..),
            how many events are `waiting`, `taken` and given up as `failed`, and the `reason`.
        """
        import pandas as pd

        self.start()
        with self._unrecorded():
            told = subscriptions(self._workspace.folder)
        columns = ["endpoint", "resources", "status", "waiting", "taken", "failed", "reason"]
        return pd.DataFrame(told, columns=columns)

    def set_stream(self, name: str, **settings: object) -> None:
        """From now on a practice stream has so many records, is slow, or fails.

        Args:
            name: one of `GET /streams`, but for the CRM's own objects.
            settings: `records` (at most 1,000,000) and `seed`: another of them begins the stream
                anew; `page_seconds`; `fails_at_page`, and whether it `fails` "once" or
                "always".

        Raises:
            UsageError: there is no such stream, they cannot be, or the session is offline.
        """
        self._refuse_offline()
        self.start()
        with self._unrecorded():
            set_stream(self._workspace.folder, name, settings)

    def change_stream(
        self,
        name: str,
        *,
        changed: int = 0,
        deleted: int = 0,
        added: int = 0,
        at: datetime | str | None = None,
    ) -> dict[str, Any]:
        """So many records of a practice stream change, are deleted and are new: for a second run.

        Args:
            name: as of `set_stream`.
            at: the time of it all, such as "2026-02-01T00:00:00+00:00"; by default it is now.

        Returns:
            `{changed, deleted, added, at}`.

        Raises:
            UsageError: there is no such stream, or too few records; `at` is before its last change;
                or the session is offline.
        """
        self._refuse_offline()
        self.start()
        changes = {"changed": changed, "deleted": deleted, "added": added, "at": at}
        with self._unrecorded():
            return change_stream(self._workspace.folder, name, changes)

    def agree(self) -> None:
        """From now on somebody at the practice app agrees whenever this session asks for a sign-in.

        So that a notebook or a test runs to its end with nobody at the browser. An app that is not
        the practice app is not agreed for; offline nobody is asked.
        """
        self._agrees = True

    def agreed(self, address: str) -> str:
        """Where the browser of whoever agrees to a sign-in ends; "" while nobody does."""
        if not self._agrees:
            return ""
        with self._unrecorded():
            return agree(self._workspace.folder, address)

    def expire_tokens(self) -> None:
        """Every access token that was given until now is expired.

        Raises: UsageError when the session is offline.
        """
        self._refuse_offline()
        with self._unrecorded():
            expire_tokens(self._workspace.folder)

    def _set(self, **settings: object) -> None:
        self._refuse_offline()
        self.start()
        with self._unrecorded():
            change_settings(self._workspace.folder, settings)

    def _refuse_offline(self) -> None:
        if self._offline:
            raise UsageError(
                "Offline there is no practice app to set",
                next_step="unset DEVSESSION_OFFLINE and restart the kernel",
            )
