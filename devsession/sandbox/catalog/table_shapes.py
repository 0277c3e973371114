"""Services, databases, schemas and tables, as they are sent. Source: OpenMetadata contract, REST."""

from __future__ import annotations

from typing import Literal, Required

from typing_extensions import TypedDict

from devsession.sandbox.catalog.shapes import (
    Fqn,
    Json,
    Labelled,
    Name,
    Sourced,
    TagLabel,
    closed,
)

DataType = Literal[
    "NUMBER", "TINYINT", "SMALLINT", "INT", "BIGINT", "BYTEINT", "BYTES", "FLOAT", "DOUBLE",
    "DECIMAL", "NUMERIC", "TIMESTAMP", "TIMESTAMPZ", "TIME", "DATE", "DATETIME", "INTERVAL",
    "STRING", "MEDIUMTEXT", "TEXT", "CHAR", "LONG", "VARCHAR", "BOOLEAN", "BINARY", "VARBINARY",
    "ARRAY", "BLOB", "LONGBLOB", "MEDIUMBLOB", "MAP", "STRUCT", "UNION", "SET", "GEOGRAPHY", "ENUM",
    "JSON", "UUID", "VARIANT", "GEOMETRY", "BYTEA", "AGGREGATEFUNCTION", "ERROR", "FIXED", "RECORD",
    "NULL", "SUPER", "HLLSKETCH", "PG_LSN", "PG_SNAPSHOT", "TSQUERY", "TXID_SNAPSHOT", "XML",
    "MACADDR", "TSVECTOR", "UNKNOWN", "CIDR", "INET", "CLOB", "ROWID", "LOWCARDINALITY", "YEAR",
    "POINT", "POLYGON", "TUPLE", "SPATIAL", "TABLE", "NTEXT", "IMAGE", "IPV4", "IPV6",
    "DATETIMERANGE", "HIERARCHYID", "LARGEINT", "QUANTILE_STATE", "AGG_STATE", "BITMAP", "UINT",
    "BIT", "MONEY",
]  # fmt: skip
TableType = Literal[
    "Regular", "External", "Dynamic", "View", "SecureView", "MaterializedView", "Iceberg", "Local",
    "Partitioned", "Foreign", "Transient", "Stage", "Stream",
]  # fmt: skip


class Service(Labelled, total=False):
    """A service of any kind: what entities of a system hang under."""

    description: str | None
    serviceType: Required[Name]
    connection: Json | None
    ingestionRunner: Json | None


class Database(Sourced, total=False):
    service: Required[Fqn]
    default: bool | None
    retentionPeriod: str | None


class DatabaseSchema(Sourced, total=False):
    database: Required[Fqn]
    retentionPeriod: str | None


@closed
class Column(TypedDict, total=False):
    """A column, which may have others in it."""

    name: Required[Name]
    displayName: str | None
    dataType: Required[DataType]
    arrayDataType: DataType | None
    dataLength: int | None
    precision: int | None
    scale: int | None
    dataTypeDisplay: str | None
    description: str | None
    fullyQualifiedName: Fqn | None
    tags: list[TagLabel] | None
    constraint: Literal["NULL", "NOT_NULL", "UNIQUE", "PRIMARY_KEY"] | None
    ordinalPosition: int | None
    jsonSchema: str | None
    children: list[Column] | None
    extension: Json | None


@closed
class TableConstraint(TypedDict, total=False):
    constraintType: Required[
        Literal["UNIQUE", "PRIMARY_KEY", "FOREIGN_KEY", "SORT_KEY", "DIST_KEY", "CLUSTER_KEY"]
    ]
    columns: Required[list[Name]]
    referredColumns: list[Fqn] | None
    relationshipType: Literal["ONE_TO_ONE", "ONE_TO_MANY", "MANY_TO_ONE", "MANY_TO_MANY"] | None


@closed
class PartitionColumn(TypedDict, total=False):
    columnName: str | None
    intervalType: (
        Literal[
            "TIME-UNIT", "INTEGER-RANGE", "INGESTION-TIME", "COLUMN-VALUE", "INJECTED", "ENUM", "OTHER"
        ]
        | None
    )  # fmt: skip
    interval: str | None


@closed
class TablePartition(TypedDict, total=False):
    columns: list[PartitionColumn] | None


class Table(Sourced, total=False):
    databaseSchema: Required[Fqn]
    tableType: TableType | None
    columns: Required[list[Column]]
    tableConstraints: list[TableConstraint] | None
    tablePartition: TablePartition | None
    tableProfilerConfig: Json | None
    dataModel: Json | None
    schemaDefinition: str | None
    locationPath: str | None
    fileFormat: (
        Literal["csv", "tsv", "avro", "parquet", "json", "json.gz", "json.zip", "jsonl"] | None
    )
    retentionPeriod: str | None
    processedLineage: bool | None
