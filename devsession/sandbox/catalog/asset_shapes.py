"""What is no table: tags, domains, people, pipelines, dashboards, topics, containers.

Source: OpenMetadata contract, REST.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from devsession.sandbox.catalog.shapes import (
    Fqn,
    Id,
    Json,
    Labelled,
    Named,
    Provider,
    Reference,
    Sourced,
    TagLabel,
    closed,
)
from devsession.sandbox.catalog.table_shapes import Column  # noqa: TC001 - pydantic reads it


class Classification(Labelled, total=False):
    description: Required[str]
    mutuallyExclusive: bool | None
    provider: Provider | None


class Tag(Labelled, total=False):
    description: Required[str]
    classification: Required[Fqn]
    parent: Fqn | None
    mutuallyExclusive: bool | None
    provider: Provider | None
    style: Json | None


class Domain(Labelled, total=False):
    description: Required[str]
    domainType: Required[Literal["Source-aligned", "Consumer-aligned", "Aggregate"]]
    parent: Fqn | None
    experts: list[Fqn] | None
    style: Json | None


class User(Named, total=False):
    description: str | None
    email: Required[Annotated[str, StringConstraints(pattern=r"^\S+@\S+\.\S+$", max_length=127)]]
    isBot: bool | None
    isAdmin: bool | None
    timezone: str | None
    profile: Json | None
    teams: list[Id] | None
    roles: list[Id] | None
    domains: list[Fqn] | None


class Team(Labelled, total=False):
    description: str | None
    teamType: Required[Literal["Group", "Department", "Division", "BusinessUnit", "Organization"]]
    email: str | None
    profile: Json | None
    parents: list[Id] | None
    children: list[Id] | None
    users: list[Id] | None
    isJoinable: bool | None


@closed
class Task(TypedDict, total=False):
    """A step of a pipeline."""

    name: Required[str]
    displayName: str | None
    fullyQualifiedName: str | None
    description: str | None
    sourceUrl: str | None
    downstreamTasks: list[str] | None
    taskType: str | None
    taskSQL: str | None
    startDate: str | None
    endDate: str | None
    tags: list[TagLabel] | None
    owners: list[Reference] | None


class Pipeline(Sourced, total=False):
    service: Required[Fqn]
    concurrency: int | None
    pipelineLocation: str | None
    startDate: str | None
    tasks: list[Task] | None
    scheduleInterval: str | None
    state: Literal["Active", "Inactive"] | None


class Chart(Sourced, total=False):
    service: Required[Fqn]
    chartType: str | None


class Dashboard(Sourced, total=False):
    service: Required[Fqn]
    dashboardType: Literal["Dashboard", "Report"] | None
    charts: list[Fqn] | None
    dataModels: list[Fqn] | None
    project: str | None


@closed
class SchemaField(TypedDict, total=False):
    """A field of a topic's messages."""

    name: Required[Annotated[str, StringConstraints(min_length=1, max_length=256)]]
    displayName: str | None
    dataType: Required[
        Literal[
            "RECORD", "NULL", "BOOLEAN", "INT", "LONG", "BYTES", "FLOAT", "DOUBLE", "TIMESTAMP",
            "TIMESTAMPZ", "TIME", "DATE", "STRING", "ARRAY", "MAP", "ENUM", "UNION", "FIXED", "ERROR",
            "UNKNOWN",
        ]
    ]  # fmt: skip
    dataTypeDisplay: str | None
    description: str | None
    fullyQualifiedName: str | None
    tags: list[TagLabel] | None
    children: list[SchemaField] | None


@closed
class MessageSchema(TypedDict, total=False):
    schemaText: str | None
    schemaType: Literal["Avro", "Protobuf", "JSON", "Other", "None"] | None
    schemaFields: list[SchemaField] | None


class Topic(Sourced, total=False):
    service: Required[Fqn]
    partitions: Required[Annotated[int, Field(ge=1)]]
    messageSchema: MessageSchema | None
    cleanupPolicies: list[Literal["delete", "compact"]] | None
    retentionTime: float | None
    replicationFactor: int | None
    maximumMessageSize: int | None
    minimumInSyncReplicas: int | None
    retentionSize: float | None
    topicConfig: Json | None


@closed
class ContainerModel(TypedDict, total=False):
    isPartitioned: bool | None
    columns: Required[list[Column]]


class Container(Sourced, total=False):
    service: Required[Fqn]
    parent: Reference | None
    prefix: str | None
    fullPath: str | None
    dataModel: ContainerModel | None
    numberOfObjects: float | None
    size: float | None
    fileFormats: list[str] | None
