"""A good source of a small made-up system, and what that answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ipywidgets import HTML
from pydantic import Field, SecretStr

from devsession.http import retrying_session
from devsession.openmetadata import (
    Column,
    ColumnLineage,
    Database,
    DatabaseSchema,
    DatabaseService,
    LineageDetails,
    LineageEdge,
    Patterns,
    Reference,
    Source,
    SourceConfig,
    Table,
    fqn,
)
from devsession.openmetadata.workflow.collecting import collect
from devsession.openmetadata.workflow.frozen_config import frozen
from devsession.recording.exchange import Exchange
from devsession.recording.metadata_scenario import MetadataScenarioFolder
from devsession.recording.replay import Replay
from devsession.recording.scenario_input import MetadataScenarioInput
from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession.openmetadata import WorkflowContext
    from devsession.openmetadata.steps.steps import Yielded

HOST = "https://acme.example"
ANSWERS: dict[str, Any] = {
    "me": {"user": "reader"},
    "schemas": {"schemas": [{"name": "public"}, {"name": "hr"}]},
    "schemas/public/tables": {"tables": [{"name": "people"}, {"name": "orders"}]},
    "schemas/hr/tables": {"tables": [{"name": "staff"}]},
    "schemas/public/tables/people": {
        "columns": [{"name": "id", "type": "BIGINT"}, {"name": "city", "type": "STRING"}],
        "reads": [],
    },
    "schemas/public/tables/orders": {
        "columns": [{"name": "id", "type": "BIGINT"}, {"name": "person", "type": "BIGINT"}],
        "reads": [{"schema": "public", "table": "people", "columns": {"id": "person"}}],
    },
    "schemas/hr/tables/staff": {"columns": [{"name": "id", "type": "BIGINT"}], "reads": []},
}


class AcmeConfig(SourceConfig):
    """What the source asks for."""

    host: str = HOST
    api_key: SecretStr
    tables: Patterns = Field(default_factory=Patterns)


class AcmeSource(Source):
    """Reads schemas and tables, and what each table is made of."""

    Config = AcmeConfig
    permissions = ("read schemas", "read tables")

    def __init__(self, ctx: WorkflowContext | None = None) -> None:
        super().__init__(ctx)
        self.http = retrying_session()

    def panel(self, _: Any) -> HTML:
        return HTML("<b>Acme</b>")

    def prepare(self) -> None:
        self.http.headers["Authorization"] = f"Bearer {self.config.api_key.get_secret_value()}"

    def test_connection(self) -> None:
        self.get("me")

    def close(self) -> None:
        self.http.close()

    def get(self, *path: str, **query: str) -> Any:
        steps = "/".join(quote(step, safe="") for step in path)
        response = self.http.get(f"{self.config.host}/{steps}", params=query, timeout=10)
        response.raise_for_status()
        return response.json()

    def since(self) -> dict[str, str]:
        if self.ctx.since is None:
            return {}
        return {"since": datetime.fromtimestamp(self.ctx.since / 1000, tz=UTC).isoformat()}

    def generate(self) -> Iterator[Yielded]:
        yield from self.begin()
        edges: list[LineageEdge] = []
        for each in self.get("schemas")["schemas"]:
            schema = each["name"]
            yield DatabaseSchema(name=schema, database="main", service=self.ctx.service)
            for raw in self.tables(schema):
                if self.takes("tables", "main", schema, raw["name"]):
                    details = self.get("schemas", schema, "tables", raw["name"])
                    yield self.table(schema, raw["name"], details)
                    edges += self.edges(schema, raw["name"], details)
        yield from edges

    def begin(self) -> Iterator[Yielded]:
        yield DatabaseService(name=self.ctx.service)
        yield Database(name="main", service=self.ctx.service)

    def tables(self, schema: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("schemas", schema, "tables", **self.since())[
            "tables"
        ]
        return found

    def table(self, schema: str, name: str, details: dict[str, Any]) -> Table:
        columns = [Column(name=each["name"], data_type=each["type"]) for each in details["columns"]]
        place = {"schema": schema, "database": "main", "service": self.ctx.service}
        return Table(name=name, columns=columns, **place)

    def edges(self, schema: str, name: str, details: dict[str, Any]) -> Iterator[LineageEdge]:
        target = self.name_of(schema, name)
        for read in details["reads"]:
            origin = self.name_of(read["schema"], read["table"])
            pairs = [
                ColumnLineage(from_columns=[f"{origin}.{one}"], to_column=f"{target}.{other}")
                for one, other in read["columns"].items()
            ]
            yield LineageEdge(
                from_entity=Reference(fqn=origin),
                to_entity=Reference(fqn=target),
                lineage_details=LineageDetails(columns_lineage=pairs),
            )

    def name_of(self, schema: str, table: str) -> str:
        return fqn.build(self.ctx.service, "main", schema, table)


def answered(path: str, content: Any) -> Exchange:
    """A request and what the system answers."""
    return Exchange(
        method="GET",
        url=f"{HOST}/{path}",
        request_headers={"Authorization": ["Bearer k3y-of-acme"]},
        request_body=b"",
        status=200,
        reason="OK",
        response_headers={"Content-Type": ["application/json"]},
        response_body=json.dumps(content).encode(),
    )


def record(scenarios: Path, source: type[Source] = AcmeSource, **config: Any) -> None:
    """A scenario's folder, as run() and complete() of a source leave it."""
    exchanges = [answered(path, content) for path, content in ANSWERS.items()]
    made = source.Config(**{"api_key": "k3y-of-acme", **config}) if source.Config else config
    content, secrets = frozen(made)
    with Replay(exchanges, where="here", matching=source.request_matching):
        came = collect(source, made, service="acme")
    folder, redactor = MetadataScenarioFolder(scenarios / "reads-all"), Redactor(secrets)
    with folder.at_once(redactor):
        folder.write_input(
            MetadataScenarioInput(
                name="reads all",
                sync="acme",
                plugin=source.__name__,
                tested=True,
                completed=True,
                service="acme",
                config=content,
                secrets=sorted(secrets),
            ),
            redactor,
        )
        folder.write_entities(came.lines, redactor)
        folder.write_cassette(exchanges, redactor)
