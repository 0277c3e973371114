"""The Snowflake account that tests run on as well, where the environment names a connection to one."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from devsession.warehouse.connection_places import ALL
from devsession.warehouse.connections import find_connection
from devsession.warehouse.snowflake import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VARIABLE = "DEVSESSION_TEST_ACCOUNT"
NAME = os.environ.get(VARIABLE, "")
needs_account = pytest.mark.skipif(
    not NAME,
    reason=f"no Snowflake account: {VARIABLE}=NAME, of a connection whose role may create databases",
)
ON_SNOWFLAKE = [pytest.param("account", id="on-snowflake")] if NAME else []
"""A parameter more for tests that run there too. One test says why it is missing, in its skip."""


@contextmanager
def database_of_its_own(folder: Path) -> Iterator[str]:
    """The account's name; inside, its connection leads to a new database, which is dropped."""
    name = find_connection(NAME).name  # variables are called by the one that `default` stands for
    database = f"DEVSESSION_TEST_{uuid4().hex[:12]}".upper()
    with closing(open_warehouse(folder, NAME)) as account:
        account.execute(f"create database {database}")
        try:
            with pytest.MonkeyPatch.context() as variables:
                variables.setenv(f"{ALL}_{name.upper()}_DATABASE", database)
                variables.setenv(f"{ALL}_{name.upper()}_SCHEMA", "PUBLIC")
                yield name
        finally:
            account.execute(f"drop database {database}")
