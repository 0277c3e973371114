"""The keys of a workflow's file, as OpenMetadata has them; what is not here is refused.

Source: OpenMetadata contract, "Framework", workflow YAML.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal, TypeAlias

from pydantic import Field
from pydantic.alias_generators import to_camel

from devsession.openmetadata.model.entities import (
    Container,
    Dashboard,
    DashboardService,
    Database,
    DatabaseSchema,
    DatabaseService,
    MessagingService,
    Pipeline,
    PipelineService,
    Placed,
    Service,
    StorageService,
    Table,
    Topic,
)
from devsession.openmetadata.steps.selection import Patterns  # noqa: TC001 - pydantic reads it
from devsession.openmetadata.workflow.file_auth import Server  # noqa: TC001 - pydantic reads it
from devsession.openmetadata.workflow.keys import Keys

Kinds: TypeAlias = tuple[type[Placed], ...]
ServiceType = Literal[
    "CustomDatabase", "CustomPipeline", "CustomDashboard", "CustomMessaging", "CustomStorage"
]
SERVICES: dict[ServiceType, type[Service]] = {
    "CustomDatabase": DatabaseService,
    "CustomPipeline": PipelineService,
    "CustomDashboard": DashboardService,
    "CustomMessaging": MessagingService,
    "CustomStorage": StorageService,
}


class Connection(Keys):
    """How the source connects: a class of ours, and what its `Config` takes."""

    type: ServiceType = "CustomDatabase"
    source_python_class: str = Field(description="module.Class, importable from the workspace")
    connection_options: dict[str, Any] = Field(default_factory=dict)


class ServiceConnection(Keys):
    """OpenMetadata's wrapping of a connection."""

    config: Connection


class Incremental(Keys):
    """Whether a run reads only what changed since the last good one, and how far before."""

    enabled: bool = False
    lookback_days: float = Field(default=1, ge=0)

    @property
    def lookback(self) -> timedelta:
        return timedelta(days=self.lookback_days)


class Selection(Keys):
    """What is read. The patterns become the fields of the source's `Config`."""

    type: str = "DatabaseMetadata"
    database_filter_pattern: Patterns | None = None
    schema_filter_pattern: Patterns | None = None
    table_filter_pattern: Patterns | None = None
    pipeline_filter_pattern: Patterns | None = None
    dashboard_filter_pattern: Patterns | None = None
    topic_filter_pattern: Patterns | None = None
    container_filter_pattern: Patterns | None = None
    project_filter_pattern: Patterns | None = None
    tag_filter_pattern: Patterns | None = None
    use_fqn_for_filtering: bool = False
    mark_deleted_databases: bool = False
    mark_deleted_schemas: bool = False
    mark_deleted_tables: bool = False
    mark_deleted_pipelines: bool = False
    mark_deleted_dashboards: bool = False
    mark_deleted_topics: bool = False
    mark_deleted_containers: bool = False
    incremental: Incremental = Field(default_factory=Incremental)

    def fields(self) -> dict[str, tuple[str, Any]]:
        """Field of a source's `Config` -> the key, and what stands there."""
        found: dict[str, tuple[str, Any]] = {}
        for name in self.model_fields_set:
            if name.endswith("_filter_pattern"):
                found[f"{name.removesuffix('_filter_pattern')}s"] = (name, getattr(self, name))
        if self.use_fqn_for_filtering:
            found["match_full_names"] = ("use_fqn_for_filtering", True)
        return {field: (to_camel(key), value) for field, (key, value) in found.items()}

    def deleted_kinds(self) -> Kinds:
        """Of which kinds what was not seen is deleted."""
        chosen = [name for name in _DELETED if getattr(self, f"mark_deleted_{name}")]
        return tuple(_DELETED[name] for name in chosen)


_DELETED: dict[str, type[Placed]] = {
    "databases": Database,
    "schemas": DatabaseSchema,
    "tables": Table,
    "pipelines": Pipeline,
    "dashboards": Dashboard,
    "topics": Topic,
    "containers": Container,
}


class SourceConfigKeys(Keys):
    """OpenMetadata's wrapping of a selection."""

    config: Selection = Field(default_factory=Selection)


class SourceKeys(Keys):
    """Where metadata come from."""

    type: str
    service_name: str = Field(min_length=1)
    service_connection: ServiceConnection
    source_config: SourceConfigKeys = Field(default_factory=SourceConfigKeys)


class StepKeys(Keys):
    """A processor, stage or sink: a name of one that ships, or module.Class; its `Config`."""

    type: str
    config: dict[str, Any] = Field(default_factory=dict)


class WorkflowConfig(Keys):
    """What holds for all steps."""

    logger_level: Literal["DEBUG", "INFO", "WARN", "WARNING", "ERROR"] = "INFO"
    open_metadata_server_config: Server | None = None


class WorkflowKeys(Keys):
    """The whole file."""

    source: SourceKeys
    processors: list[StepKeys] = Field(default_factory=list)
    stage: StepKeys | None = None
    sink: StepKeys = Field(default_factory=lambda: StepKeys(type="metadata-rest"))
    workflow_config: WorkflowConfig = Field(default_factory=WorkflowConfig)
    ingestion_pipeline_fqn: str = Field(default="", alias="ingestionPipelineFQN")
