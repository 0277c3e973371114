"""The tables in which a workspace is remembered: made when first needed, and brought up to date."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from devsession.errors import UsageError, WarehouseError
from devsession.plugin.parameters import StoredConfigurationValue
from devsession.quoting import quoted
from devsession.warehouse.statements import statement, statements

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devsession.warehouse.account import Account

# Of the tables below. A later version brings those of an earlier one up to date.
_VERSION = 3


class Remembered:
    """Reads and writes what is remembered, by the statements of `sql/store`."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._prepared = False

    def check_direction(self, slug: str, wanted: str) -> None:
        """Refuse a sync that goes the other way.

        Raises:
            UsageError: there is one of this name, and its direction is not `wanted`.
        """
        for (direction,) in self._rows("direction", slug):
            if direction != wanted:
                raise UsageError(
                    f"sync {slug!r} is {direction}, not {wanted}",
                    where=self._account.name,
                    next_step=f'session.sync({slug!r}, direction="{direction}"), or another name',
                    sync=slug,
                )

    def _rows(self, name: str, *params: object) -> list[tuple[Any, ...]]:
        self._prepare()
        return self._account.rows(statement(f"store/{name}"), params)

    def _change(self, name: str, *params: object) -> None:
        self._prepare()
        self._account.execute(statement(f"store/{name}"), params)

    def _prepare(self) -> None:
        """Make the tables, unless they are there.

        Raises:
            WarehouseError: they were made by a later version of devsession.
        """
        if not self._prepared:
            with self._account.alone():
                self._prepare_alone()
            self._prepared = True

    def _prepare_alone(self) -> None:
        version = self._version()
        if version > _VERSION:
            raise WarehouseError(
                "this workspace's warehouse was written by a later version of devsession",
                tried=f"tables of version {version}; this one knows {_VERSION}",
                where=self._account.name,
                next_step="pip install --upgrade devsession",
                account=self._account.name,
            )
        if version < _VERSION:
            self._make()

    def _version(self) -> int:
        """The version of the tables that are there, 0 for none or not all."""
        made = {name for (name,) in self._account.rows(statement("store/tables"))}
        if "VERSION" not in made:
            return 0
        return self._account.rows(statement("store/version"))[0][0] or 0

    def _make(self) -> None:
        schema = self._account.schema
        self._account.execute("create schema if not exists DEVSESSION")
        # Making a schema moves the session into it.
        self._account.execute(f"use schema {quoted(schema)}")
        for each in statements("store/schema"):
            self._account.execute(each)
        self._account.execute(statement("store/insert_version"), [_VERSION])


def values_json(values: Mapping[str, StoredConfigurationValue]) -> str:
    """The values of a form as a table keeps them."""
    return json.dumps({name: value.model_dump() for name, value in values.items()})


def values_from(text: str) -> dict[str, StoredConfigurationValue]:
    """The same, read again."""
    return {name: StoredConfigurationValue(**value) for name, value in json.loads(text).items()}
