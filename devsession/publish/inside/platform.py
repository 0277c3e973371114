"""The secrets of a connection, as Snowflake gives them to a procedure."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pydantic import TypeAdapter, ValidationError

from devsession.errors import SecretMissingError
from devsession.plugin.oauth import ACCESS_TOKEN
from devsession.plugin.omnata_answers import Value
from devsession.plugin.parameters import StoredSecret
from devsession.secrets.redact import Redactor

_VALUES = TypeAdapter(dict[str, Value])


class Known:
    """The secrets that one call knows, and what takes them out of a text."""

    def __init__(self) -> None:
        self._values: dict[str, list[str]] = {}
        self.redactor = Redactor({})

    def learn(self, name: str, value: str) -> None:
        """From now on a placeholder stands for it."""
        self._values.setdefault(name, []).append(value)
        self.redactor = Redactor(self._values)

    def redacted(self, text: str) -> str:
        """The text without the secrets that are known by now."""
        return self.redactor.text(text)

    def fetch(self, oauth: str | None, others: str | None) -> dict[str, StoredSecret]:
        """What the secrets of these names hold; a name is that of the procedure's SECRETS clause.

        The first holds a token of OAuth, the second JSON: name -> value and metadata.

        Raises: SecretMissingError when Snowflake does not give one out, or it cannot be read.
        """
        found: dict[str, StoredSecret] = {}
        if oauth:
            token = _given_out("get_oauth_access_token", oauth)
            found[ACCESS_TOKEN] = StoredSecret(value=token)
        if others:
            text = _given_out("get_generic_secret_string", others)
            try:
                read = _VALUES.validate_json(text)
            except ValidationError:
                raise _missing(others, "it holds no JSON of names and values") from None
            found |= {name: each.secret for name, each in read.items()}
        for name, each in found.items():
            self.learn(name, each.value)
        return found


def _given_out(function: str, name: str) -> str:
    # Snowflake's own module, which is there inside of a procedure only.
    try:
        platform: Any = import_module("_snowflake")
        text: str = getattr(platform, function)(name)
    except Exception as error:  # noqa: BLE001 - what it raises is not documented
        raise _missing(name, f"{type(error).__name__}: {error}") from None
    return text


def _missing(name: str, problem: str) -> SecretMissingError:
    return SecretMissingError(
        f"Snowflake does not give out the secret {name!r}",
        tried=problem,
        next_step="look whether the procedure has it in its SECRETS clause, by this name",
        secret=name,
    )
