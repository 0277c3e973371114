"""A system of two databases, and a source that reads it by its topology."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pydantic import SecretStr

from devsession.openmetadata import (
    Column,
    Database,
    DatabaseSchema,
    DatabaseSourceConfig,
    Level,
    Sink,
    Table,
    TopologySource,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.openmetadata.steps.steps import Item

SYSTEM = {
    "sales": {"public": ["orders", "tmp_orders"], "staging": ["raw"]},
    "hr": {"people": ["staff"]},
}


class AcmeConfig(DatabaseSourceConfig):
    host: str = "acme.example"
    api_key: SecretStr = SecretStr("")


class AcmeSource(TopologySource):
    Config = AcmeConfig
    topology = Level("databases", Level("schemas", Level("tables")))

    def __init__(self, ctx: object = None) -> None:
        super().__init__(ctx)  # type: ignore[arg-type]
        self.asked: list[str] = []

    def databases(self) -> Iterator[Database]:
        for name in SYSTEM:
            yield Database(name=name)

    def schemas(self, database: Database) -> Iterator[DatabaseSchema]:
        for name in SYSTEM[database.name]:
            yield DatabaseSchema(name=name, database=database.name)

    def tables(self, database: Database, schema: DatabaseSchema) -> Iterator[Table]:
        self.asked.append(schema.name)
        for name in SYSTEM[database.name][schema.name]:
            yield table(name, database=database.name, schema=schema.name)


class Slow(AcmeSource):
    """The first schema answers last."""

    def tables(self, database: Database, schema: DatabaseSchema) -> Iterator[Table]:
        time.sleep(0.05 if schema.name == "public" else 0)
        return super().tables(database, schema)


class Kept(Sink):
    """Keeps what it is given, and whether it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[Item] = []
        self.closed = False

    def write(self, item: Item) -> None:
        self.items.append(item)

    def close(self) -> None:
        self.closed = True

    @property
    def names(self) -> list[str]:
        return [getattr(item, "fqn", "") for item in self.items]


def table(name: str, *columns: Column, database: str = "sales", schema: str = "public") -> Table:
    return Table(name=name, database=database, schema=schema, columns=list(columns))


class RegionalConfig(AcmeConfig):
    regions: list[str]


class Regional(AcmeSource):
    Config = RegionalConfig
