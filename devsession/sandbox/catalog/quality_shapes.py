"""Tests and their results, ingestion pipelines, and how runs of pipelines stand or ended.

Source: OpenMetadata contract, REST.
"""

from __future__ import annotations

from typing import Annotated, Literal, Required

from pydantic import StringConstraints
from typing_extensions import TypedDict

from devsession.sandbox.catalog.shapes import (
    Fqn,
    Json,
    Named,
    Provider,
    Reference,
    TagLabel,
    Time,
    closed,
)

EntityLink = Annotated[str, StringConstraints(pattern=r"^<#E::[A-Za-z]+::.+>$")]


class TestDefinition(Named, total=False):
    description: Required[str]
    entityType: Required[Literal["TABLE", "COLUMN"]]
    testPlatforms: Required[list[str]]
    supportedDataTypes: list[str] | None
    parameterDefinition: list[Json] | None
    provider: Provider | None


@closed
class ParameterValue(TypedDict, total=False):
    name: Required[str]
    value: str | None


class TestCase(Named, total=False):
    description: str | None
    testDefinition: Required[Fqn]
    entityLink: Required[EntityLink]
    parameterValues: list[ParameterValue] | None
    owners: list[Reference] | None
    tags: list[TagLabel] | None
    computePassedFailedRowCount: bool | None
    useDynamicAssertion: bool | None


@closed
class ResultValue(TypedDict, total=False):
    name: str | None
    value: str | None
    predictedValue: str | None


@closed
class TestCaseResult(TypedDict, total=False):
    """How a test ended, at one time."""

    timestamp: Required[Time]
    testCaseStatus: Required[Literal["Success", "Failed", "Aborted", "Queued"]]
    result: str | None
    sampleData: str | None
    testResultValue: list[ResultValue] | None
    passedRows: int | None
    failedRows: int | None
    passedRowsPercentage: float | None
    failedRowsPercentage: float | None
    minBound: float | None
    maxBound: float | None


class IngestionPipeline(Named, total=False):
    description: str | None
    pipelineType: Required[
        Literal[
            "metadata", "usage", "lineage", "profiler", "autoClassification", "TestSuite",
            "dataInsight", "elasticSearchReindex", "dbt", "application",
        ]
    ]  # fmt: skip
    service: Required[Reference]
    sourceConfig: Required[Json]
    airflowConfig: Required[Json]
    loggerLevel: Literal["DEBUG", "INFO", "WARN", "ERROR"] | None
    owners: list[Reference] | None
    provider: Provider | None
    enabled: bool | None


@closed
class IngestionStatus(TypedDict, total=False):
    """Where one run of an ingestion pipeline stands."""

    runId: Required[str]
    pipelineState: Required[Literal["queued", "success", "failed", "running", "partialSuccess"]]
    startDate: Time | None
    timestamp: Required[Time]
    endDate: Time | None
    status: list[Json] | None
    config: Json | None
    metadata: Json | None


@closed
class TaskStatus(TypedDict, total=False):
    name: Required[str]
    executionStatus: Required[Literal["Successful", "Failed", "Pending", "Skipped"]]
    startTime: Time | None
    endTime: Time | None
    logLink: str | None


@closed
class ExecutionStatus(TypedDict, total=False):
    """How one run of a system's own pipeline ended."""

    timestamp: Required[Time]
    executionStatus: Required[Literal["Successful", "Failed", "Pending", "Skipped"]]
    taskStatus: list[TaskStatus] | None
    executionId: str | None
    endTime: Time | None
    version: float | None
