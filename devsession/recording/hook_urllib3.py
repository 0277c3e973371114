"""How we stand in urllib3, and so in requests and boto3: where a pool sends one request.

The caller gets urllib3's own answer, whose body is listened to on its way: it streams as without us.
Played answers are read from bytes by http.client, as live ones are read from a socket. A request's
body is read whole before it is sent.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from http.client import HTTPResponse as WireResponse
from typing import TYPE_CHECKING, Any
from unittest import mock

from urllib3 import HTTPHeaderDict, HTTPResponse
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ReadTimeoutError
from urllib3.util import SKIP_HEADER
from urllib3.util.connection import is_connection_dropped

from devsession.http.retries import PLAYED
from devsession.recording.calls import Arrival, Call, Player
from devsession.recording.exchange import Exchange, grouped, header_text
from devsession.recording.matching import DEFAULT_PORTS
from devsession.recording.wire import PlayedWire, Tap

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def hooked_urllib3(player: Player) -> Iterator[None]:
    """Every request of urllib3 is decided by the player, until the block ends."""
    make_request = HTTPConnectionPool._make_request
    prepare_proxy = HTTPSConnectionPool._prepare_proxy

    def decided(pool: Any, conn: Any, method: str, url: str, **options: Any) -> Any:
        options["body"], sent = _read(options.get("body"))
        headers = options.get("headers") or {}
        request = Exchange(
            method=method,
            url=_absolute(pool, url),
            request_headers=grouped(
                (name, value) for name, value in headers.items() if value != SKIP_HEADER
            ),
            request_body=sent,
        )
        preload = options.pop("preload_content", True)
        try:
            decision = player.answer(request)
        except TimeoutError as error:  # of a ConnectionError urllib3 makes its own
            raise ReadTimeoutError(pool, url, str(error)) from error
        if isinstance(decision, Call):
            with decision.sending():
                if decision.turn is not None:
                    _mend(pool, conn)
                response = make_request(pool, conn, method, url, preload_content=False, **options)
            if decision.heard:
                _listen(response, decision, request)
        else:
            response = _played(decision, pool, method, url, options)
        if preload:
            response.read(decode_content=options.get("decode_content", True), cache_content=True)
        return response

    def prepared(pool: Any, conn: Any) -> None:
        # urllib3 opens the tunnel before the request is known. It is opened when it is needed.
        with mock.patch.object(conn, "connect"):
            prepare_proxy(pool, conn)

    with (
        mock.patch.object(HTTPConnectionPool, "_make_request", decided),
        mock.patch.object(HTTPSConnectionPool, "_prepare_proxy", prepared),
    ):
        yield


def _read(body: Any) -> tuple[Any, bytes]:
    """A request's body, to be sent as urllib3 would have sent it, and its bytes."""
    if body is None:
        return None, b""
    if isinstance(body, str):
        return body, body.encode()
    if hasattr(body, "read"):
        chunks = [body.read()]
    else:
        try:
            return body, bytes(memoryview(body))
        except TypeError:
            chunks = list(body)
    chunks = [chunk.encode() if isinstance(chunk, str) else bytes(chunk) for chunk in chunks]
    return iter(chunks), b"".join(chunks)


def _mend(pool: Any, conn: Any) -> None:
    """A connection that the app has closed while its request waited is opened again."""
    if is_connection_dropped(conn) and not conn.is_closed:
        tunnel = conn._tunnel_host
        conn.close()
        if tunnel:
            pool._prepare_proxy(conn)


def _absolute(pool: Any, url: str) -> str:
    if not url.startswith("/"):
        return url  # which goes to a proxy
    host = f"[{pool.host}]" if ":" in pool.host else pool.host
    port = "" if pool.port in (None, DEFAULT_PORTS.get(pool.scheme)) else f":{pool.port}"
    return f"{pool.scheme}://{host}{port}{url}"


def _listen(response: Any, call: Call, request: Exchange) -> None:
    arrival = Arrival(
        call,
        replace(
            request,
            status=response.status,
            reason=header_text(response.reason or ""),
            response_headers=grouped(response.headers.items()),
        ),
    )
    wire = getattr(response, "_original_response", None)
    if wire is None or wire.fp is None:  # a stub of stock vcrpy, which has read it
        arrival.add(response.data)
        arrival.ended()
        return
    if wire.length == 0:
        arrival.ended()
        return
    wire.fp = Tap(wire, arrival)
    if arrival.is_error:
        wire.fp = wire.fp.fetched()


def _played(answer: Exchange, pool: Any, method: str, url: str, options: dict[str, Any]) -> Any:
    wire = WireResponse(PlayedWire(answer, method), method=method)  # type: ignore[arg-type]
    wire.begin()
    response: Any = HTTPResponse(
        body=wire,
        headers=HTTPHeaderDict(wire.msg.items()),
        status=wire.status,
        version=wire.version,
        reason=wire.reason,
        preload_content=False,
        decode_content=options.get("decode_content", True),
        original_response=wire,
        request_method=method,
        request_url=url,
    )
    response.version_string = "HTTP/1.1"
    response.retries = options.get("retries")
    response._connection = options.get("response_conn")
    response._pool = pool
    setattr(response, PLAYED, answer.from_tape)
    return response
