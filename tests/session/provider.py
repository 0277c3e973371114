"""An app that people sign in to: it hands out tokens, and says who asked for what."""

from __future__ import annotations

import json
import threading
from base64 import urlsafe_b64encode
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen


class Provider:
    """RFC 6749's authorization code with PKCE, and refresh tokens that are good once."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.refuses = ""
        self.codes: dict[str, dict[str, str]] = {}
        self.refresh_token = ""
        self.number = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def browse(self, address: str, **changes: str) -> None:
        """Open the address, agree, and follow the redirect, as a browser does."""
        with urlopen(self.ends_at(address, **changes), timeout=30) as page:
            page.read()

    def ends_at(self, address: str, **changes: str) -> str:
        """Open the address and agree; where the browser is sent."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.codes["the-code"] = query
        answer = changes if "error" in changes else {"code": "the-code"} | changes
        answer = {"state": query["state"]} | answer
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def answer(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        self.asked.append(form)
        if form["grant_type"] == "authorization_code":
            asked = self.codes.pop(form["code"])
            digest = sha256(form["code_verifier"].encode()).digest()
            challenge = urlsafe_b64encode(digest).decode().rstrip("=")
            good = (
                challenge == asked["code_challenge"]
                and form["redirect_uri"] == asked["redirect_uri"]
            )
        else:
            good = form.get("refresh_token") == self.refresh_token
        if self.refuses or not good:
            return 400, {"error": self.refuses or "invalid_grant"}
        self.number += 1
        self.refresh_token = f"refresh-token-{self.number}"
        token = {"access_token": f"access-token-{self.number}", "token_type": "Bearer"}
        return 200, token | {"expires_in": 3600, "refresh_token": self.refresh_token}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                expected = f"Bearer access-token-{provider.number}"
                self.reply(200 if self.headers["Authorization"] == expected else 401, {})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self.reply(*provider.answer(form))

            def reply(self, status: int, content: dict[str, object]) -> None:
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words: object) -> None:
                pass

        return Handler
