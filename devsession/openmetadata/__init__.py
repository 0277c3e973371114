"""Plugins that feed a metadata catalog, OpenMetadata: sources, processors, sinks, and lineage.

Spoken over REST with slim models of our own; nothing of its SDK is needed. What a plugin imports
stands here, and in `processors`. Behind it, each importing only from those before: `model` (entities,
facts, names), `lineage` and `steps`, then `rest` (client and sink), `shipped` and `processors`, then
`review` (rules, difference) and `events` (handlers, and the receiver that hands events to them), then `workflow`.
"""

from devsession.openmetadata.events.handler import EventHandler
from devsession.openmetadata.events.receiver import receiver
from devsession.openmetadata.events.topic_handler import ToTopic
from devsession.openmetadata.lineage.graph import Job, Lineage, edge
from devsession.openmetadata.lineage.sql_lineage import Statement, lineage_of
from devsession.openmetadata.model import fqn
from devsession.openmetadata.model.base import Entity
from devsession.openmetadata.model.change_event import ChangeEvent
from devsession.openmetadata.model.entities import (
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
from devsession.openmetadata.model.facts import (
    ColumnLineage,
    LineageDetails,
    LineageEdge,
    PipelineStatus,
    Reference,
    TestCase,
    TestResult,
)
from devsession.openmetadata.model.parts import Column, Owner, TableConstraint, TagLabel, tag
from devsession.openmetadata.rest.auth import Auth, TokenAuth, TokenFileAuth
from devsession.openmetadata.rest.basic_auth import BasicAuth
from devsession.openmetadata.rest.client import OpenMetadata
from devsession.openmetadata.rest.client_credentials import OAuth2Auth, OidcAuth
from devsession.openmetadata.rest.counts import Tally
from devsession.openmetadata.rest.sink import RestSink
from devsession.openmetadata.shipped.json_lines import (
    JsonLinesSink,
    JsonLinesSource,
    JsonLinesStage,
)
from devsession.openmetadata.shipped.table_sink import TableSink
from devsession.openmetadata.shipped.topic_sink import TopicSink
from devsession.openmetadata.shipped.warehouse_source import WarehouseConfig, WarehouseSource
from devsession.openmetadata.steps.either import Either, OMError
from devsession.openmetadata.steps.selection import DatabaseSourceConfig, Patterns, SourceConfig
from devsession.openmetadata.steps.steps import (
    Processor,
    Sink,
    Source,
    Stage,
    Step,
    WorkflowContext,
)
from devsession.openmetadata.steps.topology import Level, TopologySource
from devsession.openmetadata.workflow.report import WorkflowReport
from devsession.openmetadata.workflow.watermarks import Watermarks
from devsession.openmetadata.workflow.workflow import Workflow

__all__ = [
    "Auth",
    "BasicAuth",
    "ChangeEvent",
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
    "EventHandler",
    "Job",
    "JsonLinesSink",
    "JsonLinesSource",
    "JsonLinesStage",
    "Level",
    "Lineage",
    "LineageDetails",
    "LineageEdge",
    "MessagingService",
    "OAuth2Auth",
    "OMError",
    "OidcAuth",
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
    "ToTopic",
    "TokenAuth",
    "TokenFileAuth",
    "Topic",
    "TopicSink",
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
    "receiver",
    "tag",
]
