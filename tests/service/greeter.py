"""The smallest service there can be: it greets those who know its token. Run by the tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from devsession.service import serve

if TYPE_CHECKING:
    from starlette.requests import Request


def greeter(token: str) -> Starlette:
    async def greet(request: Request) -> PlainTextResponse:
        known = request.headers.get("authorization") == f"Bearer {token}"
        return PlainTextResponse("hello" if known else "who are you?")

    async def crash(_request: Request) -> PlainTextResponse:
        sys.stderr.write(f"my token is {token}\n")
        sys.stderr.flush()
        os.abort()

    return Starlette(routes=[Route("/", greet), Route("/crash", crash)])


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    serve("greeter", folder, greeter, ends_when_idle=True)
    (folder / "ended-tidily").touch()
