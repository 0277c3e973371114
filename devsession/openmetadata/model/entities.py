"""The entities of a metadata catalog, slim: what a plugin says of each, under the wire's names.

Where one stands is said by names: `service="crm", database="sales", schema="public"`; a service that
is left out is the workflow's own. On the wire it is one name, `databaseSchema: crm.sales.public`,
which is taken as well. Source: OpenMetadata contract, "REST"; developing-metadata-plugins guide,
skeleton, for `Table(name=, database=, schema=, service=, columns=)`.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field, computed_field, model_validator

from devsession.openmetadata.model import fqn
from devsession.openmetadata.model.base import Entity, listed
from devsession.openmetadata.model.parts import Column, Owner, TableConstraint, TagLabel


class Governed(Entity):
    """An entity that people look after: tags, owners, domains."""

    tags: list[TagLabel] = listed()
    owners: list[Owner] = listed()
    domains: list[str] = listed()


class Placed(Governed):
    """An entity that hangs under others.

    source_hash: what tells one state of it from another, 32 characters at most; where it is not
    said, the sink makes one, and leaves out what has not changed. Services have none.

    Class attributes: `above` are the fields that say under which, outermost first; `above_key` is
    what the wire calls them together.
    """

    above: ClassVar[tuple[str, ...]]
    above_key: ClassVar[str]

    service: str = Field(default="", exclude=True)
    source_url: str | None = None
    source_hash: str | None = Field(default=None, max_length=32)

    @model_validator(mode="before")
    @classmethod
    def _apart(cls, data: Any) -> Any:
        """Where it stands, when that is said in one name, as the names that it is made of."""
        if not isinstance(data, dict) or cls.above_key not in data:
            return data
        whole = data[cls.above_key]
        one_of_them = cls.above_key in cls.above and (data.get("service") or "." not in whole)
        if not isinstance(whole, str) or (one_of_them and not whole.startswith('"')):
            return data
        names = fqn.split(whole)
        if len(names) != len(cls.above):
            raise ValueError(f"{cls.above_key} is {'.'.join(cls.above).rstrip('_')}")
        rest = {key: value for key, value in data.items() if key != cls.above_key}
        return rest | dict(zip(cls.above, names, strict=True))

    @property
    def parent(self) -> str:
        """The fully qualified name of what it hangs under."""
        return fqn.build(*[getattr(self, name) for name in self.above])

    @property
    def fqn(self) -> str:
        return fqn.build(*[getattr(self, name) for name in self.above], self.name)


# --- services


class Service(Governed):
    """A system whose data the catalog describes; all that is in it hangs under its name."""

    service_type: str = Field(min_length=1)
    connection: dict[str, Any] | None = None

    @property
    def fqn(self) -> str:
        return fqn.build(self.name)


class DatabaseService(Service):
    """Snowflake, Postgres, ..; `CustomDatabase` for any other."""

    entity_type: ClassVar[str] = "databaseService"
    path: ClassVar[str] = "services/databaseServices"
    service_type: str = Field(default="CustomDatabase", min_length=1)


class PipelineService(Service):
    """What runs jobs."""

    entity_type: ClassVar[str] = "pipelineService"
    path: ClassVar[str] = "services/pipelineServices"
    service_type: str = Field(default="CustomPipeline", min_length=1)


class DashboardService(Service):
    """What shows dashboards."""

    entity_type: ClassVar[str] = "dashboardService"
    path: ClassVar[str] = "services/dashboardServices"
    service_type: str = Field(default="CustomDashboard", min_length=1)


class MessagingService(Service):
    """What holds topics."""

    entity_type: ClassVar[str] = "messagingService"
    path: ClassVar[str] = "services/messagingServices"
    service_type: str = Field(default="CustomMessaging", min_length=1)


class StorageService(Service):
    """What holds containers: of files, or of an app's objects."""

    entity_type: ClassVar[str] = "storageService"
    path: ClassVar[str] = "services/storageServices"
    service_type: str = Field(default="CustomStorage", min_length=1)


class InService(Placed):
    """An entity that hangs under its service."""

    above: ClassVar[tuple[str, ...]] = ("service",)
    above_key: ClassVar[str] = "service"

    @computed_field(alias="service")
    def _service(self) -> str:
        return self.parent


# --- databases


class Database(InService):
    """A database of a service."""

    entity_type: ClassVar[str] = "database"
    path: ClassVar[str] = "databases"


class DatabaseSchema(Placed):
    """A schema of a database."""

    entity_type: ClassVar[str] = "databaseSchema"
    path: ClassVar[str] = "databaseSchemas"
    above: ClassVar[tuple[str, ...]] = ("service", "database")
    above_key: ClassVar[str] = "database"

    database: str = Field(min_length=1, exclude=True)

    @computed_field(alias="database")
    def _database(self) -> str:
        return self.parent


class Table(Placed):
    """A table or view, with its columns."""

    entity_type: ClassVar[str] = "table"
    path: ClassVar[str] = "tables"
    above: ClassVar[tuple[str, ...]] = ("service", "database", "schema_")
    above_key: ClassVar[str] = "databaseSchema"

    database: str = Field(min_length=1, exclude=True)
    # Not `schema`: pydantic's models have a method of that name.
    schema_: str = Field(alias="schema", min_length=1, exclude=True)
    columns: list[Column]
    table_type: Literal[
        "Regular", "External", "Dynamic", "View", "SecureView", "MaterializedView", "Iceberg",
        "Local", "Partitioned", "Foreign", "Transient", "Stage", "Stream",
    ] | None = None  # fmt: skip
    table_constraints: list[TableConstraint] = listed()
    schema_definition: str | None = None

    @computed_field(alias="databaseSchema")
    def _schema(self) -> str:
        return self.parent


# --- governance


class Classification(Entity):
    """A family of tags."""

    entity_type: ClassVar[str] = "classification"
    path: ClassVar[str] = "classifications"
    description: str = ""
    mutually_exclusive: bool = False

    @property
    def fqn(self) -> str:
        return fqn.build(self.name)


class Tag(Entity):
    """A tag of a classification; `TagLabel` is one that hangs on something."""

    entity_type: ClassVar[str] = "tag"
    path: ClassVar[str] = "tags"
    description: str = ""
    classification: str = Field(min_length=1)

    @property
    def fqn(self) -> str:
        return fqn.build(self.classification, self.name)


class Domain(Entity):
    """A part of the business, to which entities belong."""

    entity_type: ClassVar[str] = "domain"
    path: ClassVar[str] = "domains"
    description: str = ""
    domain_type: Literal["Source-aligned", "Consumer-aligned", "Aggregate"] = "Aggregate"

    @property
    def fqn(self) -> str:
        return fqn.build(self.name)


# --- jobs, dashboards, topics, containers


class Task(Entity):
    """A step of a pipeline."""

    source_url: str | None = None
    downstream_tasks: list[str] = listed()
    task_type: str | None = None


class Pipeline(InService):
    """A job, and its tasks."""

    entity_type: ClassVar[str] = "pipeline"
    path: ClassVar[str] = "pipelines"
    tasks: list[Task] = listed()


class Dashboard(InService):
    """A dashboard; its charts by their names."""

    entity_type: ClassVar[str] = "dashboard"
    path: ClassVar[str] = "dashboards"
    charts: list[str] = listed()


class Topic(InService):
    """A topic of a message broker."""

    entity_type: ClassVar[str] = "topic"
    path: ClassVar[str] = "topics"
    partitions: int = Field(default=1, ge=1)
    message_schema: dict[str, Any] | None = None


class Container(InService):
    """A bucket, a folder, or an object of an app; `data_model` are its fields as columns."""

    entity_type: ClassVar[str] = "container"
    path: ClassVar[str] = "containers"
    data_model: dict[str, Any] | None = None
