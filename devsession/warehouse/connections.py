"""A connection to a Snowflake account, found by its name, ready to be signed in with."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devsession.errors import AccountError, UnknownNameError, did_you_mean
from devsession.secrets.redact import Redactor
from devsession.warehouse.connection_places import (
    ALL,
    check_private,
    default_name,
    environment_of,
    file_to_write,
    places,
    unreadable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

PASSPHRASE = "PRIVATE_KEY_PASSPHRASE"  # noqa: S105 - its name
"""The variable with a key's passphrase, as Snowflake's command line has it."""
_BY_DEFAULT = "default"
_BARE_KEY = re.compile("[A-Za-z0-9_-]+")  # of TOML: any other stands in quotes
_KEY_FILES = ("private_key_file", "private_key_path")
_PASSPHRASES = ("private_key_passphrase", "private_key_file_pwd")
_SECRETS = {
    *_PASSPHRASES,
    "password",
    "passcode",
    "token",
    "private_key",
    "private_key_raw",
    "oauth_client_secret",
    "proxy_password",
}
# Authenticator -> what it cannot do without, beside the account.
_NEEDS = {
    "SNOWFLAKE": ("user", "password"),
    "USERNAME_PASSWORD_MFA": ("user", "password"),
    "SNOWFLAKE_JWT": ("user", "private_key_file"),
    "EXTERNALBROWSER": ("user",),
    "OAUTH": ("token",),
    "PROGRAMMATIC_ACCESS_TOKEN": ("token",),
}


@dataclass(frozen=True)
class NamedConnection:
    """What a connection is, by the keys of Snowflake's connector; its text shows no value.

    where: the file, or the variable, that it stands in.
    """

    name: str
    where: str
    parameters: Mapping[str, Any] = field(repr=False)

    @property
    def authenticator(self) -> str:
        """How it signs in, in Snowflake's word: SNOWFLAKE is user and password."""
        if any(self.parameters.get(key) for key in (*_KEY_FILES, "private_key_raw", "private_key")):
            return "SNOWFLAKE_JWT"
        return str(self.parameters.get("authenticator") or "SNOWFLAKE").upper()

    def to_set(self, key: str) -> str:
        """How a person sets it: the variable that goes before its file, where a shell takes its name."""
        if re.fullmatch(r"\w+", self.name, re.ASCII):
            return f"export {ALL}_{self.name.upper()}_{key.upper()}=.."
        return f'{key} = ".." in {self.where}'

    def text(self, text: str) -> str:
        """A text without the connection's secrets."""
        known = {key: str(value) for key, value in self.parameters.items() if key in _SECRETS}
        if os.environ.get(PASSPHRASE):
            known[PASSPHRASE] = os.environ[PASSPHRASE]
        return Redactor(known).text(text)

    def signed(self) -> NamedConnection:
        """The same with its token and key read, as the connector takes them.

        Raises:
            AccountError: a key or token is missing, wrong, or can be read by others; or the
                connection does not say how to sign in.
        """
        given = dict(self.parameters)
        if token_file := given.pop("token_file_path", None):
            given["token"] = _private_bytes(token_file).decode(errors="replace").strip()
        file = next((given[key] for key in _KEY_FILES if given.get(key)), None)
        raw = given.pop("private_key_raw", None)
        keys = {key for key, value in given.items() if value not in (None, "")}
        self._check_complete(keys | {"private_key_file"} if file or raw else keys)
        words = [given.pop(key, None) for key in _PASSPHRASES]
        for key in _KEY_FILES:
            given.pop(key, None)
        if file or raw:
            passphrase = next((str(each) for each in words if each), os.environ.get(PASSPHRASE))
            content = _private_bytes(file) if file else str(raw).encode()
            given["private_key"] = self._key(content, passphrase, file)
        return replace(self, parameters=given)

    def _check_complete(self, keys: set[str]) -> None:
        lacking = [key for key in self._needed if key not in keys]
        if not lacking:
            return
        meant = [f"{key!r}: {did_you_mean(key, lacking)}" for key in sorted(keys - {"account"})]
        if "password" in lacking and "token" in keys:
            meant = ['a token counts with authenticator = "oauth", or "PROGRAMMATIC_ACCESS_TOKEN"']
        hints = [each for each in meant if "did you mean" in each or "counts" in each]
        raise AccountError(
            f"The connection {self.name!r} does not say how to sign in: "
            f"it has no {' and no '.join(lacking)}",
            tried="\n".join([f"it has {', '.join(sorted(keys)) or 'nothing'}", *hints]),
            where=self.where,
            next_step=f"write {lacking[0]} there, or: {self.to_set(lacking[0])}",
            account=self.name,
            missing=lacking,
        )

    @property
    def _needed(self) -> tuple[str, ...]:
        return ("account", *_NEEDS.get(self.authenticator, ()))

    def _key(self, content: bytes, passphrase: str | None, file: str | None) -> object:
        """A private key; no exception of the library leaves, which might quote what it was given."""
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        secret = passphrase.encode() if passphrase else None
        encrypted = b"ENCRYPTED" in content
        # A passphrase may be set for all keys: what is not encrypted is read without.
        try:
            return load_pem_private_key(content, secret if encrypted else None)
        except Exception as error:  # noqa: BLE001 - also a kind of key that the library does not know
            kind = type(error).__name__
        if encrypted:
            tried = "the passphrase does not fit" if secret else "it is encrypted: no passphrase"
        else:
            tried = f"it is no private key in PEM ({kind})"
        raise AccountError(
            f"The private key of the connection {self.name!r} cannot be used",
            tried=tried,
            where=str(file) if file else f"{self.where}, private_key_raw",
            next_step=f"export {PASSPHRASE}=.. (or private_key_passphrase in {self.where})"
            if encrypted
            else "openssl genrsa 2048 | openssl pkcs8 -topk8 -inform PEM -out rsa_key.p8 makes one",
            account=self.name,
        )


def find_connection(asked: str) -> NamedConnection:
    """The connection of this name; `default` is the one that Snowflake's tools take by default.

    Variables of the environment go before files, key by key.

    Raises:
        UnknownNameError: there is none of this name; the text says where was looked.
        AccountError: a file with connections can be read by others, or cannot be read by us.
    """
    name = default_name() if asked == _BY_DEFAULT else asked
    looked = places()
    holding = next((place for place in looked[1:] if name in place.connections), None)
    variables = environment_of(name) if name else {}
    if holding is None and not variables.get("account"):
        known = [each for place in looked for each in place.connections]
        default = f", which {asked!r} stands for" if asked != name else ""
        file = file_to_write()
        raise UnknownNameError(
            f"There is no connection {name!r} to a Snowflake account{default}",
            tried="\n".join(
                [
                    *(f"{number}. {place.told}" for number, place in enumerate(looked, 1)),
                    *([meant] if (meant := did_you_mean(name, known)).startswith("did") else []),
                ]
            ),
            where=str(file),
            next_step=_to_write(file, name or "prod"),
            account=name,
        )
    section = holding.connections[name] if holding else {}
    where = holding.name if holding else f"the environment, {ALL}_{name.upper()}_.."
    return NamedConnection(name, where, {**section, **variables})


def _to_write(file: Path, name: str) -> str:
    """A section that can be copied."""
    key = name if _BARE_KEY.fullmatch(name) else json.dumps(name, ensure_ascii=False)
    section = f"connections.{key}" if file.name == "config.toml" else key
    private = f"mkdir -p -m 700 '{file.parent}' && touch '{file}' && chmod 600 '{file}'"
    made = "" if file.is_file() else f"{private}, and "
    return (
        f"{made}write there\n[{section}]\n"
        'account = "ORGANISATION-ACCOUNT"\nuser = ".."\nauthenticator = "externalbrowser"'
    )


def _private_bytes(file: object) -> bytes:
    # In full: what it is relative to is told with it.
    path = Path(str(file)).expanduser().absolute()
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    check_private(path)
    return content
