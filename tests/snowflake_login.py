"""A stand-in for Snowflake's front door on loopback: it takes sign-ins, and answers one statement."""

from __future__ import annotations

import gzip
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit
from urllib.request import urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator

ID_TOKEN = "the-token-of-the-identity-provider"


@dataclass
class FrontDoor:
    """`signed_in`: what each sign-in sent, in its body and its address. `refusal`: (code, message)
    that it gets instead."""

    port: int = 0
    refusal: tuple[int, str] | None = None
    signed_in: list[dict[str, Any]] = field(default_factory=list)

    def section(self, name: str, **more: object) -> str:
        """A connection to here, as connections.toml has it."""
        given = {
            "account": "acme-prod",
            "user": "ada",
            "host": "127.0.0.1",
            "port": self.port,
            "protocol": "http",
            **more,
        }
        lines = (f"{key} = {json.dumps(value)}" for key, value in given.items())
        return "\n".join([f"[{name}]", *lines, ""])

    def open_browser(self, url: str, *_: object, **__: object) -> bool:
        """In place of a person's browser: signs in, and comes back with a token."""
        port = urlsplit(url).query.removeprefix("port=")
        coming_back = f"http://127.0.0.1:{port}/?token={ID_TOKEN}"
        threading.Thread(target=lambda: urlopen(coming_back).read(), daemon=True).start()
        return True

    def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        data = body.get("data", {})
        if path == "/session/authenticator-request":
            port = data["BROWSER_MODE_REDIRECT_PORT"]
            sso = f"http://127.0.0.1:{self.port}/sso?port={port}"
            return {"success": True, "data": {"ssoUrl": sso, "proofKey": "proof"}}
        if path == "/session/v1/login-request":
            self.signed_in.append(data)
            if self.refusal:
                code, message = self.refusal
                return {"success": False, "code": str(code), "message": message, "data": {}}
            answer = {
                "token": "t",
                "masterToken": "m",
                "sessionId": 1,
                "parameters": [],
                "sessionInfo": {},
            }
            return {"success": True, "code": None, "message": None, "data": answer}
        if path == "/queries/v1/query-request":
            return {"success": True, "code": None, "message": None, "data": _one_row()}
        return {"success": True, "code": None, "message": None, "data": {}}


@contextmanager
def front_door() -> Iterator[FrontDoor]:
    door = FrontDoor()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                content = gzip.decompress(content)
            url = urlsplit(self.path)
            body = json.loads(content or b"{}")
            body.setdefault("data", {}).update(parse_qsl(url.query))
            answer = json.dumps(door.answer(url.path, body)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    door.port = server.server_port
    serving = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    serving.start()
    yield door
    server.shutdown()
    server.server_close()
    serving.join()


def _one_row() -> dict[str, Any]:
    column = {
        "name": "1",
        "type": "fixed",
        "precision": 1,
        "scale": 0,
        "nullable": False,
        "length": None,
        "byteLength": None,
    }
    return {
        "parameters": [],
        "rowtype": [column],
        "rowset": [["1"]],
        "total": 1,
        "returned": 1,
        "queryId": "q",
        "sqlState": "00000",
        "queryResultFormat": "json",
        "statementTypeId": 4096,
        "finalDatabaseName": None,
        "finalSchemaName": None,
        "finalWarehouseName": None,
        "finalRoleName": None,
    }
