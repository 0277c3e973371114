"""A stand-in for a Snowflake account: it keeps application packages, versions and applications.

It reads each statement with a parser, so that a name that breaks out of its quotes is not found; what
it does not know it refuses. `fail_at`: a word of the statement that is refused once. `lost_at`: of the
one whose answer is lost: it was run.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml
from sqlglot.dialects.snowflake import Snowflake
from sqlglot.tokens import TokenType

if TYPE_CHECKING:
    from typing import BinaryIO


class Row(tuple[Any, ...]):
    """As Snowpark's: values by place, and as a dict."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, **values: Any) -> Row:
        row = cls(values.values())
        row.names = tuple(values)
        return row

    def as_dict(self) -> dict[str, Any]:
        return dict(zip(self.names, self, strict=True))


class RefusedError(Exception):
    """As Snowpark raises it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass
class SnowflakeAccount:
    """Stands for a Snowpark session as well, and for its connection and cursor."""

    fail_at: str = ""
    lost_at: str = ""
    statements: list[str] = field(default_factory=list)
    stages: dict[str, bytes] = field(default_factory=dict)
    packages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    applications: dict[str, dict[str, Any]] = field(default_factory=dict)
    granted: list[tuple[str, str, str]] = field(default_factory=list)
    registered: list[str] = field(default_factory=list)
    answer: str = json.dumps({"success": True, "data": {"application_role": "PLUGIN_7"}})
    _rows: list[Row] = field(default_factory=list)

    @property
    def connection(self) -> SnowflakeAccount:
        return self

    def cursor(self) -> SnowflakeAccount:
        return self

    def sql(self, query: str, params: Any = None) -> SnowflakeAccount:
        self._rows = self._run(query, None)
        return self

    def execute(self, sql: str, file_stream: BinaryIO) -> SnowflakeAccount:
        self._rows = self._run(sql, file_stream.read())
        return self

    def collect(self) -> list[Row]:
        return self._rows

    def fetchall(self) -> list[Row]:
        return self._rows

    def _run(self, sql: str, content: bytes | None) -> list[Row]:
        shape, names = shape_of(sql)
        self.statements.append(sql)
        if self.fail_at and self.fail_at in sql:
            self.fail_at = ""
            raise RefusedError("Insufficient privileges to operate on account 'ACME'")
        known = {
            "SHOW APPLICATION PACKAGES LIKE S": self._show_packages,
            "SHOW APPLICATIONS LIKE S": self._show_applications,
            "SHOW VERSIONS IN APPLICATION PACKAGE I": self._show_versions,
            "CREATE DATABASE IF NOT EXISTS I": self._nothing,
            "CREATE SCHEMA IF NOT EXISTS I . I": self._nothing,
            "CREATE STAGE IF NOT EXISTS I . I . I": self._nothing,
            "PUT S S AUTO_COMPRESS = FALSE OVERWRITE = TRUE": lambda *given: self._put(
                *given, content
            ),
            "CREATE APPLICATION PACKAGE I DISTRIBUTION = INTERNAL ENABLE_RELEASE_CHANNELS = FALSE": self._package,
            "ALTER APPLICATION PACKAGE I ADD VERSION I USING S": self._version,
            "ALTER APPLICATION PACKAGE I ADD PATCH FOR VERSION I USING S": self._patch,
            "CREATE APPLICATION I FROM APPLICATION PACKAGE I USING VERSION I PATCH N": self._application,
            "ALTER APPLICATION I UPGRADE USING VERSION I PATCH N": self._upgrade,
            "GRANT APPLICATION ROLE I . I TO APPLICATION I": self._grant,
            "CALL I . API . REGISTER_PLUGIN ( S )": self._register,
        }
        rows = known[shape](*names)
        if self.lost_at and self.lost_at in sql:
            self.lost_at = ""
            raise RefusedError("250001: Could not connect to Snowflake backend")
        return rows

    def _nothing(self, *_: str) -> list[Row]:
        return []

    def _show_packages(self, like: str) -> list[Row]:
        return [Row.of(name=name, comment="") for name in self.packages if _is_like(name, like)]

    def _show_applications(self, like: str) -> list[Row]:
        return [
            Row.of(name=name, **made)
            for name, made in self.applications.items()
            if _is_like(name, like)
        ]

    def _show_versions(self, package: str) -> list[Row]:
        return [Row.of(**version) for version in self.packages[package]]

    def _put(self, file: str, place: str, content: bytes) -> list[Row]:
        self.stages[place + file.removeprefix("file://")] = content
        return []

    def _package(self, name: str) -> list[Row]:
        assert name not in self.packages
        self.packages[name] = []
        return []

    def _version(self, package: str, version: str, folder: str) -> list[Row]:
        assert not [each for each in self.packages[package] if each["version"] == version]
        return self._add(package, version, folder)

    def _patch(self, package: str, version: str, folder: str) -> list[Row]:
        assert [each for each in self.packages[package] if each["version"] == version]
        return self._add(package, version, folder)

    def _add(self, package: str, version: str, folder: str) -> list[Row]:
        manifest = yaml.safe_load(self.stages[f"{folder}/manifest.yml"])
        patch = sum(each["version"] == version for each in self.packages[package])
        comment = manifest["version"]["comment"]
        self.packages[package].append({"version": version, "patch": patch, "comment": comment})
        return []

    def _application(self, name: str, package: str, version: str, patch: str) -> list[Row]:
        assert name not in self.applications
        self.applications[name] = {"source": package, "version": version, "patch": int(patch)}
        return []

    def _upgrade(self, name: str, version: str, patch: str) -> list[Row]:
        self.applications[name] |= {"version": version, "patch": int(patch)}
        return []

    def _grant(self, owner: str, role: str, to: str) -> list[Row]:
        self.granted.append((owner, role, to))
        return []

    def _register(self, omnata: str, plugin: str) -> list[Row]:
        self.registered.append(plugin)
        return [Row.of(REGISTER_PLUGIN=self.answer)] if self.answer else []


def shape_of(sql: str) -> tuple[str, list[str]]:
    """A statement with `I` for each quoted name, `S` for each text, `N` for each number; and those."""
    # What begins a command of its own is one text to the parser, behind its first word.
    first, rest = sql.split(None, 1)
    words, names = [first.upper()], []
    for token in Snowflake().tokenize(f"select {rest}")[1:]:
        kind = {
            TokenType.IDENTIFIER: "I",
            TokenType.STRING: "S",
            TokenType.NUMBER: "N",
        }.get(token.token_type)
        words.append(kind or token.text.upper())
        if kind:
            names.append(token.text)
    return " ".join(words), names


def _is_like(name: str, pattern: str) -> bool:
    parts = [{"%": ".*", "_": "."}.get(sign, re.escape(sign)) for sign in pattern]
    return re.fullmatch("".join(parts), name, re.IGNORECASE | re.DOTALL) is not None
