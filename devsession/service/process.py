"""The side of the process: an ASGI app on loopback, published in the port file once it answers."""

from __future__ import annotations

import os
import secrets
import signal
import socket
from typing import TYPE_CHECKING

from devsession.service.port_file import Address, publish, read
from devsession.service.proof import with_proof

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.types import ASGIApp

_HOST = "127.0.0.1"
_END_SECONDS = 4
_TICKS_BETWEEN_LOOKS = 20  # of a tenth of a second


def serve(name: str, folder: Path, build: Callable[[str], ASGIApp]) -> None:
    """The process's side: serves an ASGI app on loopback until it is asked to end.

    The port file is written, with mode 0600, once the app answers; when it is gone, or another
    one's, the process ends. The previous port is taken again when it is free.

    Args:
        build: makes the app; is given the token that callers have to show it.
    """
    import uvicorn

    port_file = folder / f"{name}.json"
    listening = listen(port_file)
    token = secrets.token_urlsafe(32)

    published = Address(_HOST, listening.getsockname()[1], os.getpid(), token)

    class Published(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            publish(port_file, published)

        async def on_tick(self, counter: int) -> bool:
            # Nobody finds it any more once its folder is deleted, so nobody could stop it.
            lost = counter % _TICKS_BETWEEN_LOOKS == 0 and read(port_file) != published
            return lost or await super().on_tick(counter)

    config = uvicorn.Config(
        with_proof(build(token), token),
        log_config=None,
        access_log=False,
        server_header=False,
        # The sandbox's answers are recorded and committed: equal answers are equal files.
        date_header=False,
        timeout_graceful_shutdown=_END_SECONDS,
    )
    # uvicorn raises the signal that ended it once more; ignored, so that the caller can tidy up.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    Published(config).run(sockets=[listening])


def listen(port_file: Path) -> socket.socket:
    """A loopback socket, on the port of the port file when that is free."""
    # IPPROTO_TCP by name, or asyncio does not switch Nagle off: 45 ms more for every answer.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    previous = read(port_file)
    try:
        listening.bind((_HOST, previous.port if previous else 0))
    except OSError:  # somebody else has the port by now
        listening.bind((_HOST, 0))
    listening.listen(128)
    return listening
