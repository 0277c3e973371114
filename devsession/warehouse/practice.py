"""A warehouse to practise on: a shop, its staff, reports on both, and the shop's archive."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from devsession.warehouse.statements import statements

if TYPE_CHECKING:
    from devsession.warehouse.account import Account

SCHEMAS = ("SHOP", "STAFF", "REPORTS")
# One table a month: with the nine of sql/practice/tables.sql they are 200.
_ARCHIVED = [f"SHOP.ORDERS_{2006 + month // 12}_{month % 12 + 1:02}" for month in range(191)]
_CREATE = re.compile(r"^create (table|view)", re.MULTILINE)


def load_practice(account: Account) -> None:
    """Make its 3 schemas, 200 tables and 44 views; those that are there stay as they are.

    Raises: WarehouseError when the warehouse refuses, or when a view of this name cannot be.
    """
    for schema in SCHEMAS:
        account.execute(f"create schema if not exists {schema}")
    columns = "(ID int, CUSTOMER_ID int, ORDERED_AT timestamp_ntz, AMOUNT number(12, 2))"
    archived = [f"create table {table} {columns}" for table in _ARCHIVED]
    for sql in [*statements("practice/tables"), *archived, *statements("practice/views")]:
        account.execute(_CREATE.sub(r"create \1 if not exists", sql))
