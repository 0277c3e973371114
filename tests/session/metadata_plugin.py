"""A source that reads what the practice app has: its objects as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field, SecretStr

from devsession.http import retrying_session
from devsession.openmetadata import (
    Column,
    Database,
    DatabaseSchema,
    DatabaseService,
    LineageEdge,
    Patterns,
    Reference,
    Source,
    SourceConfig,
    Table,
    WorkflowContext,
    tag,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES = {"integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "datetime": "DATETIME"}


class CrmConfig(SourceConfig):
    """Where the app is, and what is read of it."""

    host: str
    api_key: SecretStr
    tables: Patterns = Field(default_factory=Patterns)


class CrmSource(Source):
    """The objects of the practice app."""

    Config = CrmConfig
    permissions = ("read objects",)

    def __init__(self, ctx: WorkflowContext) -> None:
        super().__init__(ctx)
        self.http = retrying_session()

    def prepare(self) -> None:
        key = self.config.api_key.get_secret_value()
        self.http.headers["Authorization"] = f"Bearer {key}"

    def test_connection(self) -> None:
        self.get("account")

    def close(self) -> None:
        self.http.close()

    def get(self, path: str) -> Any:
        response = self.http.get(f"{self.config.host}/{path}", timeout=10)
        response.raise_for_status()
        return response.json()

    def generate(
        self,
    ) -> Iterator[Table | DatabaseService | Database | DatabaseSchema | LineageEdge]:
        service = self.ctx.service
        yield DatabaseService(name=service)
        yield Database(name="crm", service=service)
        yield DatabaseSchema(name="objects", database="crm", service=service)
        for each in self.get("objects")["objects"]:
            if self.takes("tables", "crm", "objects", each["name"]):
                yield self.table(each["name"])
        yield LineageEdge(
            from_entity=Reference(fqn=f"{service}.crm.objects.company"),
            to_entity=Reference(fqn=f"{service}.crm.objects.contact"),
        )

    def table(self, name: str) -> Table:
        raw = self.get(f"objects/{name}")
        columns = [
            Column(
                name=field["name"],
                data_type=TYPES.get(field["type"], "STRING"),
                tags=[tag("PII.Sensitive")] if field["type"] == "email" else [],
            )
            for field in raw["fields"]
        ]
        place = {"database": "crm", "schema": "objects", "service": self.ctx.service}
        return Table(name=name, display_name=raw["label"], columns=columns, **place)
