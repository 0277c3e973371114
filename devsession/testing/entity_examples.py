"""Entities and facts of every kind, to try on: with nothing but their names, and with all they can have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.openmetadata import (
    Classification,
    Column,
    ColumnLineage,
    Container,
    Dashboard,
    DashboardService,
    Database,
    DatabaseSchema,
    DatabaseService,
    Domain,
    LineageDetails,
    LineageEdge,
    MessagingService,
    Owner,
    Pipeline,
    PipelineService,
    PipelineStatus,
    Reference,
    StorageService,
    Table,
    TableConstraint,
    Tag,
    TestCase,
    TestResult,
    Topic,
    tag,
)

if TYPE_CHECKING:
    from devsession.openmetadata.steps.steps import Item

_SERVICE = "acme"
_TABLE = "acme.sales.public.Größe 尺寸"


def bare() -> list[Item]:
    """As the workflow adds them: their names, and nothing else that is not demanded."""
    return [
        DatabaseService(name=_SERVICE),
        Database(name="sales", service=_SERVICE),
        DatabaseSchema(name="public", database="sales", service=_SERVICE),
        Table(name="Größe 尺寸", service=_SERVICE, database="sales", schema="public", columns=[]),
        PipelineService(name=_SERVICE),
        Pipeline(name="nightly", service=_SERVICE),
        DashboardService(name=_SERVICE),
        Dashboard(name="overview", service=_SERVICE),
        MessagingService(name=_SERVICE),
        Topic(name="orders", service=_SERVICE),
        StorageService(name=_SERVICE),
        Container(name="exports", service=_SERVICE),
        Classification(name="PII"),
        Tag(name="Sensitive", classification="PII"),
        Domain(name="Sales"),
        LineageEdge(
            from_entity=Reference(fullyQualifiedName=_TABLE), to_entity=Reference(id="4711")
        ),
        TestCase(name="few", table=_TABLE, test_definition="tableRowCountToEqual"),
        TestResult(test_case=f"{_TABLE}.few", timestamp=0, test_case_status="Aborted"),
        PipelineStatus(
            pipeline="acme.nightly", run_id="1", pipeline_state="queued", start_date=0, timestamp=0
        ),
    ]


def full() -> list[Item]:
    """The same, with texts, owners, tags and domains; a table with columns in columns."""
    governed = {
        "display_name": "Größe 尺寸 🗝",
        "description": "Wem gehört's? " * 100,
        "tags": [tag("PII.Sensitive"), tag("Tier.Tier1")],
        "owners": [Owner(name="ada"), Owner(id="4711", type="team")],
        "domains": ["Sales"],
    }
    own = {
        "columns": _columns(),
        "table_constraints": _constraints(),
        "schema_definition": "select",
    }
    return [
        item.model_copy(
            update={
                name: value
                for name, value in (
                    {**governed, **(own if isinstance(item, Table) else {})}
                ).items()
                if name in type(item).model_fields
            }
        )
        for item in bare()
    ] + [_edge(), _result()]


def _columns() -> list[Column]:
    street = Column(name="street", data_type="VARCHAR", tags=[tag("PII.Sensitive")])
    return [
        Column(name="id", data_type="BIGINT", constraint="PRIMARY_KEY"),
        Column(name="mail", data_type="STRING", description="x", tags=[tag("PII.Sensitive")]),
        Column(name="address", data_type="STRUCT", children=[street]),
        Column(name="tags", data_type="ARRAY", array_data_type="STRING"),
    ]


def _constraints() -> list[TableConstraint]:
    return [TableConstraint(constraint_type="PRIMARY_KEY", columns=["id"])]


def _edge() -> LineageEdge:
    columns = [
        ColumnLineage(from_columns=[f"{_TABLE}.mail"], to_column="acme.sales.public.to.mail")
    ]
    return LineageEdge(
        from_entity=Reference(fullyQualifiedName=_TABLE),
        to_entity=Reference(fullyQualifiedName="acme.sales.public.to"),
        lineage_details=LineageDetails(sql_query="select 1", columns_lineage=columns),
    )


def _result() -> TestResult:
    return TestResult(
        test_case=f"{_TABLE}.few",
        timestamp=1,
        test_case_status="Failed",
        result="7 rows, and not 8",
    )
