"""The side of the process: an ASGI app on loopback, published in the port file once it answers."""

from __future__ import annotations

import atexit
import faulthandler
import gc
import os
import secrets
import select
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from devsession.errors import DevsessionError
from devsession.service.port_file import Address, publish, read
from devsession.service.proof import with_proof
from devsession.service.refusal import tell
from devsession.service.use import Usage, idle_minutes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.types import ASGIApp

_HOST = "127.0.0.1"
_END_SECONDS = 4
_TICKS_BETWEEN_LOOKS = 20  # of a tenth of a second
# A client that lives keeps its connection; it is how we know that it does.
_KEEP_SECONDS = 30 * 24 * 3600


def serve(
    name: str, folder: Path, build: Callable[[str], ASGIApp], *, ends_when_idle: bool = False
) -> None:
    """The process's side: serves an ASGI app on loopback until it is asked to end.

    The port file is written, with mode 0600, once the app answers; when it is gone, or another
    one's, the process ends. The previous port is taken again when it is free.

    Args:
        build: makes the app; is given the token that callors have to show it. A DevsessionError
            of it is what the caller's `ensure` raises.
        ends_when_idle: end after DEVSESSION_IDLE_MINUTES (30; 0 is never) with neither a request
            nor a connection. For a service whose data outlives it.
    """
    import uvicorn
    from filelock import FileLock, Timeout

    gc.disable()  # what is loaded now is there to stay: nothing in it is worth looking for
    faulthandler.enable()  # a crash in native code leaves its place in the log
    port_file = folder / f"{name}.json"
    token = secrets.token_urlsafe(32)
    try:
        usage = Usage(idle_minutes() if ends_when_idle else None)
        app = with_proof(usage.counted(build(token)), token, usage)
    except DevsessionError as error:
        tell(error)
        sys.exit(error.exit_code)
    gc.freeze()
    gc.enable()
    listening = listen(port_file)
    published = Address(_HOST, listening.getsockname()[1], os.getpid(), token)
    starters = FileLock(folder / f"{name}.lock")

    class Published(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            publish(port_file, published)

        async def on_tick(self, counter: int) -> bool:
            # Nobody finds it any more once its folder is deleted, so nobody could stop it.
            lost = counter % _TICKS_BETWEEN_LOOKS == 0 and read(port_file) != published
            return lost or await super().on_tick(counter) or (usage.idle() and self._may_end())

        def _may_end(self) -> bool:
            """Takes the starters' lock, and keeps it until the process is gone: whoever looks for
            the service waits for that, and then starts another."""
            try:
                starters.acquire(timeout=0)
            except (Timeout, OSError):
                return False  # somebody looks for it at this moment
            try:
                if not select.select([listening], [], [], 0)[0]:
                    publish(port_file, replace(published, ended="idle"))
                    atexit.register(starters.release)
                    return True
            except OSError:  # a full disk; unmarked, its end would count as a crash
                usage.postpone()
            starters.release()
            return False

    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        # The sandbox's answers are recorded and committed: equal answers are equal files.
        date_header=False,
        timeout_keep_alive=_KEEP_SECONDS,
        timeout_graceful_shutdown=_END_SECONDS,
    )
    # uvicorn raises the signal that ended it once more; ignored, so that the caller can tidy up.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    server = Published(config)
    usage.connections = lambda: server.server_state.connections
    server.run(sockets=[listening])
    if read(port_file) == published:
        with suppress(OSError):
            publish(port_file, replace(published, ended="stopped"))


def listen(port_file: Path) -> socket.socket:
    """A loopback socket, on the port of the port file when that is free."""
    # IPPROTO_TCP by name, or asyncio does not switch Nagle off: 45 ms more for every answer.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    previous = read(port_file)
    try:
        listening.bind((_HOST, previous.port if previous else 0))
    except (OSError, OverflowError):  # somebody else has the port by now, or it is no port
        listening.bind((_HOST, 0))
    listening.listen(128)
    return listening
