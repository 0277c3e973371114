"""What is said about entities that exist: lineage between them, tests and results, a run's status.

Source: OpenMetadata contract, "REST".
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, computed_field

from devsession.openmetadata.model import fqn
from devsession.openmetadata.model.base import Entity, Model, listed


class Reference(Model):
    """An entity by its type and its fully qualified name; by its id, where the catalog gave one."""

    type: str = "table"
    fqn: str = Field(default="", alias="fullyQualifiedName")
    id: str | None = None


class ColumnLineage(Model):
    """A column, and those that its values come from; all by fully qualified name."""

    from_columns: list[str]
    to_column: str


class LineageDetails(Model):
    """How the data goes from one to the other."""

    sql_query: str | None = None
    source: Literal[
        "Manual", "ViewLineage", "QueryLineage", "PipelineLineage", "ExternalTableLineage"
    ] = "Manual"
    description: str | None = None
    columns_lineage: list[ColumnLineage] = listed()


class LineageEdge(Model):
    """Data goes from one entity to another."""

    from_entity: Reference
    to_entity: Reference
    lineage_details: LineageDetails = Field(default_factory=LineageDetails)


class TestCase(Entity):
    """A test of a table, which is given by its fully qualified name, or of one of its columns."""

    __test__ = False  # pytest takes classes of this name for its own

    entity_type: ClassVar[str] = "testCase"
    path: ClassVar[str] = "dataQuality/testCases"
    table: str = Field(exclude=True, min_length=1)
    column: str | None = Field(default=None, exclude=True)
    test_definition: str = Field(min_length=1)
    parameter_values: list[dict[str, str]] = listed()

    @computed_field(alias="entityLink")
    def _link(self) -> str:
        column = f"::columns::{self.column}" if self.column else ""
        return f"<#E::table::{self.table}{column}>"

    @property
    def fqn(self) -> str:
        under = [*fqn.split(self.table), self.column] if self.column else fqn.split(self.table)
        return fqn.build(*under, self.name)


class TestResult(Model):
    """How a test case ended, once. timestamp: milliseconds since 1970."""

    __test__ = False

    test_case: str = Field(exclude=True, min_length=1)
    timestamp: int
    test_case_status: Literal["Success", "Failed", "Aborted", "Queued"]
    result: str | None = None


class PipelineStatus(Model):
    """How a run of an ingestion pipeline stands. Times in milliseconds since 1970."""

    pipeline: str = Field(exclude=True, min_length=1)
    run_id: str
    pipeline_state: Literal["queued", "success", "failed", "running", "partialSuccess", "stopped"]
    start_date: int
    timestamp: int
    end_date: int | None = None
