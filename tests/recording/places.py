"""Every place of a request and its answer in which a secret can stand, by requests and by httpx.

Each place gets a text of its own, which ends with the secret: what is found says where it was.
"""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from html import escape
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, quote_plus

import brotli  # type: ignore[import-untyped]
import httpx
import requests
import zstandard

from tests.recording.app import Answer
from tests.recording.libraries import TRUSTED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.recording.app import App

SECONDS = 60


class Send(Protocol):
    """One request, the same by either library."""

    def __call__(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, bytes] | None = None,
        body: bytes = b"",
        proxy: str | None = None,
        **others: Any,
    ) -> Any: ...


def by_requests(
    method: str,
    url: str,
    *,
    headers: Mapping[str, bytes] | None = None,
    body: bytes = b"",
    proxy: str | None = None,
    **others: Any,
) -> Any:
    others = {"data": body, **others} if body else others
    proxies = {"http": proxy} if proxy else None
    return requests.request(
        method, url, headers=headers, proxies=proxies, timeout=SECONDS, **others
    )


def by_httpx(
    method: str,
    url: str,
    *,
    headers: Mapping[str, bytes] | None = None,
    body: bytes = b"",
    proxy: str | None = None,
    **others: Any,
) -> Any:
    others = {"content": body, **others} if body else others
    named = [(name.encode(), value) for name, value in (headers or {}).items()]
    with httpx.Client(
        proxy=proxy, timeout=SECONDS, follow_redirects=True, trust_env=False, verify=TRUSTED
    ) as client:
        return client.request(method, url, headers=named, **others)


LIBRARIES: dict[str, Send] = {"requests": by_requests, "httpx": by_httpx}


def in_body(content_type: str, write: Callable[[str], bytes]) -> Callable[[Send, App, str], object]:
    """A request with this body."""

    def send_it(send: Send, app: App, text: str) -> object:
        headers = {"Content-Type": content_type.encode()}
        return send("POST", f"{app.url}/body", headers=headers, body=write(text))

    return send_it


def packed(coding: str, pack: Callable[[bytes], bytes]) -> Callable[[Send, App, str], object]:
    """A request with a compressed body."""

    def send_it(send: Send, app: App, text: str) -> object:
        headers = {"Content-Type": b"application/json", "Content-Encoding": coding.encode()}
        return send("POST", f"{app.url}/packed", headers=headers, body=pack(in_json(text)))

    return send_it


def answered(write: Callable[[str], bytes], **headers: str) -> Callable[[Send, App, str], object]:
    """An answer with this body; `headers` with `_` for `-`."""

    def send_it(send: Send, app: App, text: str) -> object:
        named = {
            name.replace("_", "-"): value.format(quote(text)) for name, value in headers.items()
        }
        app.answer = lambda _seen: Answer(write(text), headers=named)
        return send("GET", f"{app.url}/answer")

    return send_it


def redirected(send: Send, app: App, text: str) -> object:
    """An answer that leads to another address, with the secret in all parts of it."""
    place = f"/there/{quote(text, safe='')}?key={quote_plus(text)}#token={quote(text)}"
    app.answer = lambda seen: Answer(
        {}, status=200 if seen.path.startswith("/there") else 302, headers={"Location": place}
    )
    return send("GET", f"{app.url}/redirect")


def in_json(text: str) -> bytes:
    return json.dumps({"deep": [{"er": {"key": text}}]}).encode()


def basic(text: str) -> bytes:
    return b"Basic " + base64.b64encode(f"user:{text}".encode())


def jwt(text: str) -> str:
    parts = [{"alg": "none"}, {"sub": "1", "key": text}]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts]
    return b".".join([*encoded, b"c2lnbmVk"]).decode()


def everywhere_escaped(text: str) -> str:
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


def percent(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


JSON = "application/json"
PLACES: dict[str, Callable[[Send, App, str], object]] = {
    "header": lambda send, app, text: send("GET", app.url, headers={"X-Key": text.encode()}),
    "bearer": lambda send, app, text: send(
        "GET", app.url, headers={"Authorization": b"Bearer " + text.encode()}
    ),
    "basic": lambda send, app, text: send("GET", app.url, headers={"Authorization": basic(text)}),
    "basic, by the library": lambda send, app, text: send(
        "GET", app.url, auth=(b"user", text.encode())
    ),
    "cookie": lambda send, app, text: send(
        "GET", app.url, headers={"Cookie": f"a=b; sid={quote(text)}".encode()}
    ),
    "proxy header": lambda send, app, text: send(
        "GET", app.url, headers={"Proxy-Authorization": basic(text)}
    ),
    "user of the address": lambda send, app, text: send(
        "GET", app.url.replace("//", f"//{quote(text, safe='')}:word@")
    ),
    "password of the address": lambda send, app, text: send(
        "GET", app.url.replace("//", f"//user:{quote(text, safe='')}@")
    ),
    "path": lambda send, app, text: send("GET", f"{app.url}/a/{quote(text, safe='')}/b"),
    "path in small percents": lambda send, app, text: send("GET", f"{app.url}/{percent(text)}"),
    "query": lambda send, app, text: send("GET", f"{app.url}/?key={quote_plus(text)}"),
    "query, by the library": lambda send, app, text: send("GET", app.url, params={"key": text}),
    "name in the query": lambda send, app, text: send("GET", f"{app.url}/?{quote(text)}=1"),
    "base64 in the query": lambda send, app, text: send(
        "GET", app.url, params={"b64": base64.b64encode(f"xy{text}z".encode()).decode()}
    ),
    "form": lambda send, app, text: send("POST", app.url, data={"key": text}),
    "name in a form": lambda send, app, text: send("POST", app.url, data={text: "x"}),
    "json, by the library": lambda send, app, text: send("POST", app.url, json=[{"key": text}]),
    "json": in_body(JSON, in_json),
    "name in json": in_body(JSON, lambda text: json.dumps({"deep": {text: 1}}).encode()),
    "json with escapes": in_body(JSON, lambda text: f'"{everywhere_escaped(text)}"'.encode()),
    "json with its own letters": in_body(
        JSON, lambda text: json.dumps({"key": text}, ensure_ascii=False).encode()
    ),
    "json in json": in_body(JSON, lambda text: json.dumps({"a": in_json(text).decode()}).encode()),
    "json with a charset": in_body(f"{JSON}; charset=utf-8", in_json),
    "json of an api": in_body("application/vnd.api+json", in_json),
    "base64 in json": in_body(
        JSON, lambda text: json.dumps(base64.b64encode(f"a{text}".encode()).decode()).encode()
    ),
    "base64url in json": in_body(
        JSON,
        lambda text: json.dumps(base64.urlsafe_b64encode(f"ab{text}".encode()).decode()).encode(),
    ),
    "hex in json": in_body(JSON, lambda text: json.dumps(text.encode().hex()).encode()),
    "jwt": in_body(JSON, lambda text: json.dumps({"jwt": jwt(text)}).encode()),
    "xml": in_body("text/xml", lambda text: f"<a b='1'>{escape(text)}</a>".encode()),
    "attribute in xml": in_body("text/xml", lambda text: f'<a b="{escape(text)}"/>'.encode()),
    "text": in_body("text/plain", lambda text: f"the key is {text}.".encode()),
    "text in latin-1": in_body("text/plain", lambda text: f"the key is {text}.".encode("latin-1")),
    "bytes": in_body("application/octet-stream", lambda text: b"\xff\xfe\0" + text.encode()),
    "file": lambda send, app, text: send("POST", app.url, files={"file": ("a.txt", text.encode())}),
    "name of a file": lambda send, app, text: send(
        "POST", app.url, files={"file": (f"{quote(text)}.txt", b"x")}
    ),
    "field beside a file": lambda send, app, text: send(
        "POST", app.url, files={"file": ("a.txt", b"x")}, data={"key": text}
    ),
    "gzip": packed("gzip", gzip.compress),
    "deflate": packed("deflate", zlib.compress),
    "brotli": packed("br", brotli.compress),
    "zstandard": packed("zstd", zstandard.compress),
    "answer's header": answered(lambda _text: b"{}", X_Echo="{}"),
    "answer's cookie": answered(lambda _text: b"{}", Set_Cookie="sid={}; Path=/; HttpOnly"),
    "answer in json": answered(in_json),
    "answer in text": answered(lambda text: f"no key {text}".encode(), Content_Type="text/plain"),
    "answer in xml": answered(
        lambda text: f"<no>{escape(text)}</no>".encode(), Content_Type="text/xml"
    ),
    "answer in html": answered(
        lambda text: f"<p title='{escape(text)}'>".encode(), Content_Type="text/html"
    ),
    "answer with a token": answered(lambda text: json.dumps({"access_token": text}).encode()),
    "answer in gzip": answered(lambda text: gzip.compress(in_json(text)), Content_Encoding="gzip"),
    "answer in deflate": answered(
        lambda text: zlib.compress(in_json(text)), Content_Encoding="deflate"
    ),
    "answer in brotli": answered(
        lambda text: brotli.compress(in_json(text)), Content_Encoding="br"
    ),
    "answer in zstandard": answered(
        lambda text: zstandard.compress(in_json(text)), Content_Encoding="zstd"
    ),
    "redirect": redirected,
}
"""What to do with a library, an app and a text that holds the secret."""


def in_host(send: Send, app: App, text: str) -> object:
    """A part of a host's name; the app is its own proxy, for there is no such host."""
    return send("GET", f"http://{text}.example.com/host", proxy=app.url)


def in_proxy(send: Send, app: App, text: str) -> object:
    """The password of a proxy, which is the app."""
    proxy = app.url.replace("//", f"//user:{quote(text, safe='')}@")
    return send("GET", "http://api.example.com/proxied", proxy=proxy)


PLACES["proxy"] = in_proxy
# httpx tells nobody but the proxy.
NEVER_RECORDED = {"requests": set[str](), "httpx": {"proxy"}}


def places_for(secret: str) -> dict[str, Callable[[Send, App, str], object]]:
    """All of them, without the host for a secret that can be in none."""
    return PLACES | ({"host": in_host} if secret.isalnum() else {})


def mark(place: str, secret: str) -> str:
    """The text of a place: `p07-` and the secret."""
    number = list(places_for(secret)).index(place)
    return f"p{number:02}-{secret}"


def visit(send: Send, app: App, secret: str) -> None:
    """One exchange for each place."""
    for place, use in places_for(secret).items():
        app.answer = lambda _seen: Answer({"ok": True})
        use(send, app, mark(place, secret))


def found_in(layers: list[str], secret: str) -> set[str]:
    """The places whose text stands in what was decoded."""
    texts = {place: mark(place, secret).lower() for place in places_for(secret)}
    return {place for place, text in texts.items() if any(text in layer for layer in layers)}
