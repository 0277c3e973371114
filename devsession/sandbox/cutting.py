"""A connection that is cut, as a TCP reset where there is a socket."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio

    from starlette.types import Receive, Send

_NO_LINGERING = struct.pack("ii", 1, 0)


async def cut(receive: Receive, send: Send) -> None:
    """Ends a request without an answer, or amid it.

    send: the server's own, which leads to the connection.

    Raises: ConnectionResetError when there is no socket: the app is called in its client's process.
    """
    server: Any = getattr(send, "__self__", None)
    transport: asyncio.Transport | None = getattr(server, "transport", None)
    if transport is None:
        raise ConnectionResetError("this connection was cut")
    connection = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGERING)
    transport.abort()
    # The server learns of it in its next turn; before that it would miss our answer.
    while (await receive())["type"] != "http.disconnect":
        pass
