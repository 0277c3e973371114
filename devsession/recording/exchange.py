"""One request to the app and its answer, as devsession keeps and shows it."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from devsession.recording import codings
from devsession.secrets.spellings import STAND_IN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from devsession.secrets.redact import Redactor

Headers = dict[str, list[str]]

# A value here may be a secret that nobody told us about (a token the app handed out), so it is
# hidden even when it holds no known secret.
_PRIVATE = {"authorization", "proxy-authorization", "cookie", "set-cookie"}


@dataclass(frozen=True)
class Exchange:
    """A request and its answer; `status` is None when there was no answer, and `problem` says why.

    Bodies are plain bytes; `compressed` is how the app had compressed its own (`gzip`). `scope` is the cell or run that sent the request,
    `execution` counts how often any scope began, `seconds` is how long the app took, `began` when it
    was asked, in seconds since the session began (None when it is not known; kept in no file).
    """

    method: str
    url: str
    request_headers: Headers = field(default_factory=dict)
    request_body: bytes = b""
    status: int | None = None
    reason: str = ""
    response_headers: Headers = field(default_factory=dict)
    response_body: bytes = b""
    seconds: float = 0.0
    from_tape: bool = False
    scope: str = ""
    execution: int = 0
    problem: str = ""
    compressed: str = ""
    began: float | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the app answered 2xx or 3xx."""
        return self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.BAD_REQUEST

    @property
    def reads(self) -> bool:
        """Whether the request changes nothing in the app, by its method."""
        return self.method in {"GET", "HEAD", "OPTIONS"}

    @property
    def bodiless(self) -> bool:
        """Whether its answer announces a length that its own body does not have."""
        return self.method == "HEAD" or self.status == HTTPStatus.NOT_MODIFIED

    @property
    def answer(self) -> str:
        """`201 Created`, or why there was none."""
        return f"{self.status} {self.reason}".strip() if self.status else self.problem

    @property
    def sent(self) -> bytes:
        """All that the request says: URL, values of headers, body."""
        headers = [value for values in self.request_headers.values() for value in values]
        return "\n".join([self.url, *headers]).encode() + b"\n" + self.request_body

    def turned(self) -> Exchange:
        """The answer as if it were what was sent."""
        headers, body = self.response_headers, self.response_body
        return replace(self, request_headers=headers, request_body=body)

    def __str__(self) -> str:
        return f"{self.method} {self.url} -> {self.answer}{' (tape)' if self.from_tape else ''}"

    def plain(self) -> Exchange:
        """The same exchange with its bodies decompressed."""
        request_headers, request_body, _ = _plain(self.request_headers, self.request_body)
        headers, body, coding = _plain(self.response_headers, self.response_body)
        return replace(
            self,
            request_headers=request_headers,
            request_body=request_body,
            response_headers=headers,
            response_body=body,
            compressed=coding or self.compressed,
        )

    def as_sent(self) -> Exchange:
        """The same exchange with the body that the app sent: compressed, if it was.

        A caller may decompress it by itself.
        """
        plain = self.plain()
        if not plain.compressed:
            return plain
        body = codings.compressed(plain.compressed, plain.response_body)
        if body is None:
            return plain
        headers = {**plain.response_headers, "Content-Encoding": [plain.compressed]}
        return replace(plain, response_headers=headers, response_body=body, compressed="")

    def redacted(self, redactor: Redactor) -> Exchange:
        """The same exchange without a secret, its bodies decompressed."""
        plain = self.plain()
        request_body = redactor.data(plain.request_body)
        response_body = redactor.data(plain.response_body)
        return replace(
            plain,
            url=redactor.text(self.url),
            request_headers=_clean_headers(plain.request_headers, request_body, redactor),
            request_body=request_body,
            reason=redactor.text(self.reason),
            response_headers=_clean_headers(
                plain.response_headers,
                None if self.bodiless else response_body,
                redactor,
            ),
            response_body=response_body,
            problem=redactor.text(self.problem),
        )

    def interaction(self) -> dict[str, Any]:
        """This exchange in vcrpy's cassette format, version 1."""
        return {
            "request": {
                "method": self.method,
                "uri": self.url,
                "headers": _in_order(self.request_headers),
                "body": _text_or_bytes(self.request_body) if self.request_body else None,
            },
            "response": {
                "status": {"code": self.status, "message": self.reason},
                "headers": _in_order(self.response_headers),
                "body": {"string": _text_or_bytes(self.response_body)},
                **({"compressed": self.compressed} if self.compressed else {}),
            },
        }

    @classmethod
    def from_interaction(cls, interaction: dict[str, Any], scope: str = "") -> Exchange:
        """Read one item of a cassette, ours or stock vcrpy's.

        Raises: KeyError, TypeError or AttributeError when it is none.
        """
        request, response = interaction["request"], interaction["response"]
        if "status_code" in response:  # as vcrpy recorded httpx before 6.0
            status = {"code": response["status_code"], "message": ""}
            response = {**response, "status": status, "body": {"string": response["content"]}}
        return cls(
            method=request["method"],
            url=request["uri"],
            request_headers=listed(request["headers"]),
            request_body=_as_bytes(request["body"]),
            status=int(response["status"]["code"]),
            reason=response["status"]["message"] or "",
            response_headers=listed(response["headers"]),
            response_body=_as_bytes(response["body"]["string"]),
            compressed=response.get("compressed") or "",
            from_tape=True,
            scope=scope,
        )


def grouped(pairs: Iterable[tuple[Any, Any]]) -> Headers:
    """Headers one by one, text or bytes, as each name (in its first spelling) with its values."""
    names: dict[str, str] = {}
    result: Headers = {}
    for name, value in pairs:
        text = header_text(name)
        result.setdefault(names.setdefault(text.lower(), text), []).append(header_text(value))
    return result


def listed(headers: Any) -> Headers:
    """Headers as vcrpy holds them, a name with its value or a list of values."""
    return grouped(
        (name, item)
        for name, value in headers.items()
        for item in (value if isinstance(value, list | tuple) else [value])
    )


def header_text(value: Any) -> str:
    """A header's text. Its bytes are UTF-8 as a rule, and http.client reads them as latin-1."""
    if not isinstance(value, bytes):
        value = str(value)
        try:
            value = value.encode("latin-1")
        except UnicodeEncodeError:  # read as UTF-8 already, by aiohttp
            value = value.encode("utf-8", "surrogateescape")
    try:
        return str(value.decode())
    except UnicodeDecodeError:
        return str(value.decode("latin-1"))


def header(headers: Headers, name: str) -> str:
    """The first value of a header, its name in any case; "" when there is none."""
    for known, values in headers.items():
        if known.lower() == name and values:
            return values[0]
    return ""


def _plain(headers: Headers, body: bytes) -> tuple[Headers, bytes, str]:
    """Headers and body without Content-Encoding, which comes third; "" when there is none."""
    coding = header(headers, "content-encoding")
    plain = codings.decompressed(coding, body) if coding and body else None
    if plain is None:
        return headers, body, ""
    return without(headers, "content-encoding"), plain, coding


def without(headers: Headers, name: str) -> Headers:
    """The headers but one."""
    return {known: values for known, values in headers.items() if known.lower() != name}


def _clean_headers(headers: Headers, body: bytes | None, redactor: Redactor) -> Headers:
    cleaned: Headers = {}
    for name, values in headers.items():
        clean = [redactor.text(value) for value in values]
        if name.lower() in _PRIVATE:
            clean = [
                _hidden(name.lower(), value, known=value != original)
                for value, original in zip(clean, values, strict=True)
            ]
        if name.lower() == "content-length" and body is not None:
            clean = [str(len(body))]
        cleaned[redactor.text(name)] = clean
    return cleaned


def _hidden(name: str, value: str, *, known: bool) -> str:
    """A private header's value with all that could be a token replaced."""
    if "cookie" in name:
        attributes = value.split(";")
        pairs = attributes if name == "cookie" else attributes[:1]
        kept = [] if name == "cookie" else attributes[1:]
        return ";".join([*(_hidden_cookie(pair) for pair in pairs), *kept])
    if known or STAND_IN in value or basic_user(value):
        return value
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {STAND_IN}{name}" if space else STAND_IN + name


def basic_user(value: str) -> str | None:
    """`user:password` of basic authentication that holds a stand-in."""
    scheme, _, token = value.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user = b64decode(token, validate=True).decode()
    except ValueError:
        return None
    return user if STAND_IN in user else None


def _hidden_cookie(pair: str) -> str:
    name, equals, value = pair.partition("=")
    return pair if STAND_IN in value or not equals else f"{name}={STAND_IN}cookie"


def _in_order(headers: Headers) -> Headers:
    """Sorted by name: urllib3 by way of vcrpy gives another order in every process."""
    return dict(sorted(headers.items(), key=lambda item: item[0].lower()))


def _text_or_bytes(body: bytes) -> str | bytes:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body


def _as_bytes(body: Any) -> bytes:
    if isinstance(body, str | bytes):
        return body.encode() if isinstance(body, str) else body
    from types import SimpleNamespace

    from vcr.util import read_body

    read = read_body(SimpleNamespace(body=body))
    return read.encode() if isinstance(read, str) else (read or b"")
