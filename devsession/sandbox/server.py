"""The sandbox's process: `python -m devsession.sandbox.server FOLDER`."""

from __future__ import annotations

import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.errors import DevsessionError
from devsession.sandbox.access import ApiKeys
from devsession.sandbox.crm import create_app
from devsession.sandbox.kept import Kept
from devsession.sandbox.oauth import OAuth
from devsession.sandbox.process import (
    CATALOG_PATH,
    CLIENT_ID,
    catalog_folder,
    catalog_password_in,
    catalog_token_in,
    chosen_data,
    client_secret_in,
    key_in,
)
from devsession.sandbox.store import utc_now
from devsession.service import serve

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from devsession.sandbox.catalog.access import Issuer
    from devsession.sandbox.catalog.app import Catalog


def main(folder: Path) -> None:
    """Serves until it is told to stop."""
    data = chosen_data(folder)
    with ExitStack() as opened:
        kept = opened.enter_context(closing(Kept(data))) if data else None
        # The service's token is a new one at every start; key and client have to outlive them.
        keys, clients = ApiKeys([key_in(folder)]), {CLIENT_ID: client_secret_in(folder)}
        oauth = OAuth(keys, clients, utc_now)
        catalog = opened.enter_context(closing(LateCatalog(folder, oauth)))

        def build(_token: str) -> ASGIApp:
            return catalog.beside(create_app(keys, oauth=oauth, kept=kept))

        # Records in memory would be gone: only one that keeps them ends by itself.
        serve("sandbox", folder, build, ends_when_idle=data is not None)


class LateCatalog:
    """The metadata catalog, which is made when it is first asked for: a start does not wait for it."""

    def __init__(self, folder: Path, issuer: Issuer) -> None:
        self._folder = folder
        self._issuer = issuer
        self._catalog: Catalog | None = None

    def beside(self, app: ASGIApp) -> ASGIApp:
        """The catalog below /api, the app everywhere else."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            below = scope["type"] == "http" and scope["path"].startswith(f"{CATALOG_PATH}/")
            await (self._opened() if below else app)(scope, receive, send)

        return answer

    def _opened(self) -> ASGIApp:
        from devsession.sandbox.catalog import create_catalog
        from devsession.sandbox.catalog.refusals import CatalogRefusedError

        if self._catalog is None:
            token, kept = catalog_token_in(self._folder), catalog_folder(self._folder)
            password = catalog_password_in(self._folder)
            try:
                self._catalog = create_catalog(token, kept, password=password, issuer=self._issuer)
            except DevsessionError as error:
                # Nobody sees a log of a service that goes on: whoever asks is told.
                return CatalogRefusedError(500, str(error)).response()
        return self._catalog

    def close(self) -> None:
        if self._catalog is not None:
            self._catalog.close()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except DevsessionError as error:
        sys.exit(str(error))  # to the log, whose last lines the caller shows
