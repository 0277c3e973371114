"""A receiver of events: how many a second it accepts, each on disk before it is answered."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from devsession.openmetadata import ChangeEvent, EventHandler, receiver
from devsession.openmetadata.events.samples import sample_event
from devsession.openmetadata.events.signing import SIGNATURE_HEADER, signature
from tests.benchmarks.figure import Figure

_EVENTS, _SENDERS, _RUNS = 3_000, 32, 3
_SECRET = "secret-of-the-benchmark"


def events_receive() -> Figure:
    """Events a second that are accepted: 3,000 signed ones, of 32 senders at the same time.

    Ours checks the signature, validates the event, and answers when it is committed and synced to
    disk; meanwhile it hands events to a handler that does nothing. The baseline is a bare starlette
    endpoint under the same server that reads the body, answers 200 and writes nothing: the ratio
    is what is left of that.
    """
    bodies = [
        json.dumps(sample_event("entityUpdated", number=at)).encode() for at in range(_EVENTS)
    ]
    signed = [(body, signature(_SECRET, body)) for body in bodies]
    ours, baseline = [], []
    for _ in range(_RUNS):
        baseline.append(_accepted("bare", signed))
        ours.append(_accepted("ours", signed))
    return Figure(median(ours), median(baseline), "events/s")


def _accepted(which: str, signed: list[tuple[bytes, str]]) -> float:
    """Events a second, of a server in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.events", which, folder],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline())
            return len(signed) / asyncio.run(_send(port, signed))
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()


async def _send(port: int, signed: list[tuple[bytes, str]]) -> float:
    """Seconds until all are answered. Sent by hand: a client would take more than the server."""
    left = iter(signed)

    async def sender() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for body, header in left:
            head = f"POST /events HTTP/1.1\r\nHost: x\r\n{SIGNATURE_HEADER}: {header}\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 200"), answer
            length = next(
                int(line.split(b":")[1])
                for line in answer.lower().split(b"\r\n")
                if line.startswith(b"content-length")
            )
            await reader.readexactly(length)
        writer.close()
        await writer.wait_closed()

    start = perf_counter()
    await asyncio.gather(*(sender() for _ in range(_SENDERS)))
    return perf_counter() - start


class _Nothing(EventHandler):
    def handle(self, event: ChangeEvent) -> None:
        pass


def _bare() -> Starlette:
    async def answer(request: Any) -> JSONResponse:
        await request.body()
        return JSONResponse({"event": "0", "state": "stored"})

    return Starlette(routes=[Route("/events", answer, methods=["POST"])])


def _serve(which: str, folder: str) -> None:
    inbox = Path(folder, "events.db")
    app = _bare() if which == "bare" else receiver(_Nothing(), secret=_SECRET, inbox=inbox)
    logging.disable()
    # IPPROTO_TCP by name, or asyncio does not switch Nagle off: 45 ms more for every answer.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        print(listening.getsockname()[1], flush=True)
        config = uvicorn.Config(app, log_level="critical", access_log=False)
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    _serve(*sys.argv[1:])
