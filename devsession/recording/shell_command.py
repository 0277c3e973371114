"""An exchange's request as a shell command."""

from __future__ import annotations

import re
import shlex
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote_plus, unquote_plus, urlsplit

from devsession.recording.exchange import basic_user, header
from devsession.recording.stand_ins import stand_in_pattern
from devsession.secrets.spellings import STAND_IN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from devsession.recording.exchange import Exchange

_LEFT_TO_CURL = {"accept-encoding", "connection", "content-length", "host", "user-agent"}
# Between double quotes a shell reads these; `!` is the history of one that is typed at.
_READ_BY_SHELLS = re.compile(r'[\\"`$!]')


def curl(exchange: Exchange, variables: Mapping[str, str]) -> str:
    """The request as a curl command for a POSIX shell, a secret as `"$ACME_API_KEY"`.

    variables: stand-in -> the environment variable that holds the secret; one that is not here is
    named after its stand-in. In a query or a form curl itself encodes what the variable holds.
    """
    shell = _Shell(variables)
    words = ["curl", *_method(exchange), *_address(exchange.url, shell), *_headers(exchange, shell)]
    before, body = _body(exchange, shell)
    return " ".join([*before, *words, *body])


class _Shell:
    """Texts as words of a shell, in which each stand-in is a variable."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = {name: _identifier(value) for name, value in variables.items()}
        self._pattern = stand_in_pattern(variables)

    def word(self, text: str) -> str:
        """The text as one word; nothing but the variables is expanded in it."""
        parts = self._pattern.split(text)
        if len(parts) == 1:
            return shlex.quote(text)
        plain, names = parts[::2], [self._variable(name) for name in parts[1::2]]
        if any(map(_READ_BY_SHELLS.search, plain)):
            quoted = [shlex.quote(part) if part else "" for part in plain]
            return quoted[0] + "".join(
                f'"${name}"{part}' for name, part in zip(names, quoted[1:], strict=True)
            )
        inner = plain[0]
        for name, part in zip(names, plain[1:], strict=True):
            inner += (f"${{{name}}}" if re.match(r"\w", part) else f"${name}") + part
        return f'"{inner}"'

    def _variable(self, stand_in: str) -> str:
        return self._variables.get(stand_in) or _identifier(stand_in.removeprefix(STAND_IN).upper())


def _identifier(name: str) -> str:
    """A name as a shell takes it."""
    name = re.sub(r"\W", "_", name, flags=re.ASCII)
    return f"_{name}" if name[:1].isdigit() else name


def _method(exchange: Exchange) -> list[str]:
    # With -X HEAD curl waits for a body that never comes.
    return ["--head"] if exchange.method == "HEAD" else ["-X", shlex.quote(exchange.method)]


def _address(url: str, shell: _Shell) -> list[str]:
    parts = urlsplit(url)
    secret = [pair for pair in parts.query.split("&") if STAND_IN in pair]
    query = "&".join(pair for pair in parts.query.split("&") if pair not in secret)
    words = ["--globoff"] if re.search(r"[\[\]{}]", url) else []
    words.append(shell.word(parts._replace(query=query).geturl()))
    for pair in secret:
        words += ["--url-query", shell.word(_named(pair))]
    return words


def _named(pair: str) -> str:
    """`name=value` decoded, for curl to encode the value."""
    name, equals, value = pair.partition("=")
    return f"{name}={unquote_plus(value)}" if equals else f"={unquote_plus(name)}"


def _headers(exchange: Exchange, shell: _Shell) -> Iterator[str]:
    has_type = False
    for name, values in exchange.request_headers.items():
        if name.lower() in _LEFT_TO_CURL:
            continue
        has_type |= name.lower() == "content-type"
        for value in values:
            user = basic_user(value) if name.lower() == "authorization" else None
            if user:
                yield from ("--user", shell.word(user))
            else:
                yield from ("-H", shell.word(f"{name}: {value}" if value else f"{name};"))
    if exchange.request_body and not has_type:
        yield from ("-H", "Content-Type:")  # for curl would send one of its own


def _body(exchange: Exchange, shell: _Shell) -> tuple[list[str], list[str]]:
    """What stands before the command, and what behind it."""
    if not exchange.request_body:
        return [], []
    try:
        text = exchange.request_body.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:  # which no argument can hold
        encoded = b64encode(exchange.request_body).decode()
        return ["echo", encoded, "|", "base64", "-d", "|"], ["--data-binary", "@-"]
    content_type = header(exchange.request_headers, "content-type").lower()
    if "x-www-form-urlencoded" in content_type and STAND_IN in text:
        pairs = parse_qsl(text, keep_blank_values=True)
        words = [shell.word(f"{quote_plus(name)}={value}") for name, value in pairs]
        return [], [word for pair in words for word in ("--data-urlencode", pair)]
    return [], ["--data-raw", shell.word(text)]
