"""Plugins that feed a metadata catalog, OpenMetadata: sources, processors, sinks, and lineage.

Spoken over REST with slim models of our own; nothing of its SDK is needed.
"""

from devsession.openmetadata import fqn
from devsession.openmetadata.auth import Auth
from devsession.openmetadata.counts import Tally
from devsession.openmetadata.either import Either, OMError
from devsession.openmetadata.entities import (
    Classification,
    Container,
    Dashboard,
    DashboardService,
    Database,
    DatabaseSchema,
    DatabaseService,
    Domain,
    MessagingService,
    Pipeline,
    PipelineService,
    StorageService,
    Table,
    Tag,
    Task,
    Topic,
)
from devsession.openmetadata.facts import (
    ColumnLineage,
    LineageDetails,
    LineageEdge,
    PipelineStatus,
    Reference,
    TestCase,
    TestResult,
)
from devsession.openmetadata.json_lines import JsonLinesSink, JsonLinesSource, JsonLinesStage
from devsession.openmetadata.lineage import Job, Lineage, edge
from devsession.openmetadata.model import Entity
from devsession.openmetadata.parts import Column, Owner, TableConstraint, TagLabel, tag
from devsession.openmetadata.rest import OpenMetadata
from devsession.openmetadata.rest_sink import RestSink
from devsession.openmetadata.selection import DatabaseSourceConfig, Patterns, SourceConfig
from devsession.openmetadata.sql_lineage import Statement, lineage_of
from devsession.openmetadata.steps import Processor, Sink, Source, Stage, Step, WorkflowContext
from devsession.openmetadata.table_sink import TableSink
from devsession.openmetadata.topology import Level, TopologySource
from devsession.openmetadata.warehouse_source import WarehouseConfig, WarehouseSource
from devsession.openmetadata.watermarks import Watermarks
from devsession.openmetadata.workflow import Workflow
from devsession.openmetadata.workflow_report import WorkflowReport

__all__ = [
    "Auth",
    "Classification",
    "Column",
    "ColumnLineage",
    "Container",
    "Dashboard",
    "DashboardService",
    "Database",
    "DatabaseSchema",
    "DatabaseService",
    "DatabaseSourceConfig",
    "Domain",
    "Either",
    "Entity",
    "Job",
    "JsonLinesSink",
    "JsonLinesSource",
    "JsonLinesStage",
    "Level",
    "Lineage",
    "LineageDetails",
    "LineageEdge",
    "MessagingService",
    "OMError",
    "OpenMetadata",
    "Owner",
    "Patterns",
    "Pipeline",
    "PipelineService",
    "PipelineStatus",
    "Processor",
    "Reference",
    "RestSink",
    "Sink",
    "Source",
    "SourceConfig",
    "Stage",
    "Statement",
    "Step",
    "StorageService",
    "Table",
    "TableConstraint",
    "TableSink",
    "Tag",
    "TagLabel",
    "Tally",
    "Task",
    "TestCase",
    "TestResult",
    "Topic",
    "TopologySource",
    "WarehouseConfig",
    "WarehouseSource",
    "Watermarks",
    "Workflow",
    "WorkflowContext",
    "WorkflowReport",
    "edge",
    "fqn",
    "lineage_of",
    "tag",
]
