"""Secrets in a workflow's file: by reference only, `${ACME_API_KEY}` or `secret("ACME_API_KEY")`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from devsession.errors import SecretMissingError

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_CALL = re.compile(rf"""secret\(\s*(["'])({_NAME})\1\s*\)""", re.ASCII)
_VARIABLE = re.compile(rf"\$\{{({_NAME})\}}", re.ASCII)
# A key of which a name ends so holds a secret, unless its type says otherwise.
_SECRET_KEY = re.compile(
    r"(password|passwd|passphrase|secret|token|api_?key|private_?key|access_?key|credentials?)$",
    re.IGNORECASE,
)
# What secrets of well-known services begin with; a JWT; a URL with a password in it.
KNOWN_FORMS = (
    r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*KEY-----|\Z)|(?:AKIA|ASIA)[A-Z0-9]{16}\b|gh[pousr]_\w{30,}"
    r"|github_pat_\w{30,}|glpat-[\w-]{20,}|xox[abpr]-[\w-]{10,}|sk-[\w-]{20,}|sk_live_\w{16,}|AIza[\w-]{30,}"
    r"|\w+://[^/\s:@]*:[^/\s:@$]+@"
)
Path = tuple[str | int, ...]


@dataclass
class Resolved:
    """A file's content with its references replaced.

    by_reference: the places that were. secrets: name -> value of all that references gave at places
    which hold secrets. written: the places where a secret itself seems to stand.
    """

    content: Any
    by_reference: set[Path] = field(default_factory=set)
    secrets: dict[str, str] = field(default_factory=dict)
    written: list[Path] = field(default_factory=list)


def resolve(content: Any, lookup: Callable[[str], str]) -> Resolved:
    """Look up what is referred to. Raises: SecretMissingError with the key's path as `where`."""
    found = Resolved(None)
    found.content = _resolved(content, (), lookup, found)
    return found


def sounds_secret(key: object) -> bool:
    """Whether what stands at this key is a secret by its name."""
    return isinstance(key, str) and bool(_SECRET_KEY.search(key))


def dotted(path: Path) -> str:
    """A place in a file for people: `processors[0].config.rules`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.lstrip(".")


def _resolved(value: Any, path: Path, lookup: Callable[[str], str], found: Resolved) -> Any:
    if isinstance(value, dict):
        return {key: _resolved(each, (*path, key), lookup, found) for key, each in value.items()}
    if isinstance(value, list):
        return [_resolved(each, (*path, at), lookup, found) for at, each in enumerate(value)]
    if isinstance(value, str):
        return _text(value, path, lookup, found)
    if value is not None and not isinstance(value, bool) and _holds_secret(path):
        found.written.append(path)  # a number may be one
    return value


def _text(text: str, path: Path, lookup: Callable[[str], str], found: Resolved) -> str:
    call = _CALL.fullmatch(text.strip())
    names = [call[2]] if call else _VARIABLE.findall(text)
    if not names:
        if text and (_holds_secret(path) or re.search(KNOWN_FORMS, text)):
            found.written.append(path)
        return text
    values = {name: _looked_up(name, path, lookup) for name in names}
    found.by_reference.add(path)
    if call or _holds_secret(path):
        found.secrets |= values
    return values[call[2]] if call else _VARIABLE.sub(lambda match: values[match[1]], text)


def _holds_secret(path: Path) -> bool:
    """Whether a key says that a secret stands there; those of processors are about columns."""
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    return sounds_secret(key) and path[0] != "processors"


def _looked_up(name: str, path: Path, lookup: Callable[[str], str]) -> str:
    try:
        return lookup(name)
    except SecretMissingError as error:
        error.where = error.where or dotted(path)
        raise
