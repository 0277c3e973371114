"""The sandbox's process: `python -m devsession.sandbox.server FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.sandbox.access import ApiKeys
from devsession.sandbox.crm import create_app
from devsession.sandbox.process import CLIENT_ID, client_secret_in, key_in
from devsession.service import serve

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def main(folder: Path) -> None:
    """Serves until it is told to stop."""

    def build(_token: str) -> ASGIApp:
        # The service's token is a new one at every start; the key has to outlive them.
        return create_app(ApiKeys([key_in(folder)]), clients={CLIENT_ID: client_secret_in(folder)})

    serve("sandbox", folder, build)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
