"""Plugins that feed a metadata catalog, OpenMetadata: sources, processors, sinks, and lineage.

Spoken over REST with slim models of our own; nothing of its SDK is needed.
"""

from devsession.openmetadata import fqn
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
from devsession.openmetadata.model import Entity
from devsession.openmetadata.parts import Column, Owner, TableConstraint, TagLabel, tag
from devsession.openmetadata.steps import Processor, Sink, Source, Stage, Step, WorkflowContext

__all__ = [
    "Classification",
    "Column",
    "ColumnLineage",
    "Container",
    "Dashboard",
    "DashboardService",
    "Database",
    "DatabaseSchema",
    "DatabaseService",
    "Domain",
    "Either",
    "Entity",
    "LineageDetails",
    "LineageEdge",
    "MessagingService",
    "OMError",
    "Owner",
    "Pipeline",
    "PipelineService",
    "PipelineStatus",
    "Processor",
    "Reference",
    "Sink",
    "Source",
    "Stage",
    "Step",
    "StorageService",
    "Table",
    "TableConstraint",
    "Tag",
    "TagLabel",
    "Task",
    "TestCase",
    "TestResult",
    "Topic",
    "WorkflowContext",
    "fqn",
    "tag",
]
