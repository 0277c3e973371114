"""The tables in which a workspace is remembered: made when first needed, and brought up to date."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from devsession.errors import UsageError
from devsession.plugin.parameters import StoredConfigurationValue
from devsession.warehouse.migrations import ensure
from devsession.warehouse.statements import statement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devsession.warehouse.account import Account


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
        """Make the tables, or bring them up to date, unless they are.

        Raises: as `ensure`.
        """
        if not self._prepared:
            ensure(self._account)
            self._prepared = True


def values_json(values: Mapping[str, StoredConfigurationValue]) -> str:
    """The values of a form as a table keeps them."""
    return json.dumps({name: value.model_dump() for name, value in values.items()})


def values_from(text: str) -> dict[str, StoredConfigurationValue]:
    """The same, read again."""
    return {name: StoredConfigurationValue(**value) for name, value in json.loads(text).items()}
