"""The sandbox's process: `python -m devsession.sandbox.server FOLDER`."""

from __future__ import annotations

import sys
from contextlib import closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.errors import DevsessionError
from devsession.sandbox.access import ApiKeys
from devsession.sandbox.crm import create_app
from devsession.sandbox.kept import Kept
from devsession.sandbox.process import CLIENT_ID, chosen_data, client_secret_in, key_in
from devsession.service import serve

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def main(folder: Path) -> None:
    """Serves until it is told to stop."""
    data = chosen_data(folder)
    with closing(Kept(data)) if data else nullcontext() as kept:

        def build(_token: str) -> ASGIApp:
            # The service's token is a new one at every start; the key has to outlive them.
            keys, clients = ApiKeys([key_in(folder)]), {CLIENT_ID: client_secret_in(folder)}
            return create_app(keys, clients=clients, kept=kept)

        # Records in memory would be gone: only one that keeps them ends by itself.
        serve("sandbox", folder, build, ends_when_idle=data is not None)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except DevsessionError as error:
        sys.exit(str(error))  # to the log, whose last lines the caller shows
