"""Processors that ship: rules, names, redaction, masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import WorkflowError
from devsession.openmetadata import (
    Column,
    ColumnLineage,
    Database,
    DatabaseService,
    LineageDetails,
    LineageEdge,
    Processor,
    Reference,
    Table,
    TableConstraint,
    TestCase,
    WorkflowContext,
    tag,
)
from devsession.openmetadata.processors import (
    DomainByRule,
    MaskByTag,
    NormaliseNames,
    Redact,
    TagByRule,
)
from tests.openmetadata.acme import table

if TYPE_CHECKING:
    from devsession.openmetadata.steps.steps import Planned


def made(planned: Planned) -> Processor:
    """A processor, as a workflow makes it."""
    processor = planned.made(WorkflowContext(service="crm"))
    assert isinstance(processor, Processor)
    processor.prepare()
    return processor


def orders(**more: object) -> Table:
    columns = [Column(name="id", data_type="INT"), Column(name="note", data_type="TEXT")]
    return table("orders", *columns).model_copy(update={"service": "crm", **more})


def test_tags_go_to_what_is_called_so_and_to_its_columns() -> None:
    processor = made(
        TagByRule.using(
            rules=[
                {"tag": "Tier.Tier1", "names": {"includes": [r"crm\.sales\."]}},
                {"tag": "Tier.Tier2", "names": {"excludes": ["ord"]}},
                {"tag": "Text.Free", "columns": {"includes": ["note"]}},
            ]
        )
    )
    once = processor.process(orders())
    assert isinstance(once, Table)
    assert [each.tag_fqn for each in once.tags] == ["Tier.Tier1"]
    assert [each.tag_fqn for each in once.columns[1].tags] == ["Text.Free"]
    assert once.columns[0].tags == []
    assert processor.process(once) is once
    assert [each.fqn for each in processor.beforehand()] == [  # type: ignore[attr-defined]
        *("Tier", "Text", "Tier.Tier1", "Tier.Tier2", "Text.Free")
    ]


def test_the_first_domain_that_fits_unless_it_has_one() -> None:
    rules = [
        {"domain": "Sales", "names": {"includes": ["ord"]}, "entities": ["table", "database"]},
        {"domain": "Rest", "entities": ["table", "database"]},
    ]
    processor = made(DomainByRule.using(rules=rules))
    assert processor.process(orders()).domains == ["Sales"]  # type: ignore[union-attr]
    assert processor.process(Database(name="hr", service="crm")).domains == ["Rest"]  # type: ignore[union-attr]
    kept = orders(domains=["Mine"])
    assert processor.process(kept) is kept


def test_names_are_spelled_one_way_wherever_they_stand() -> None:
    processor = made(NormaliseNames.using())
    given = Table(
        name="Kunden Größe",
        service="CRM",
        database="Sales.EU",
        schema="PUBLIC",
        columns=[
            Column(name="ID", data_type="INT"),
            Column(name="At", data_type="STRUCT", children=[Column(name="X", data_type="INT")]),
        ],
        table_constraints=[
            TableConstraint(
                constraint_type="FOREIGN_KEY", columns=["ID"], referred_columns=["CRM.A.B.C.D"]
            )
        ],
    )
    spelled = processor.process(given)
    assert isinstance(spelled, Table)
    assert spelled.fqn == 'CRM."sales.eu".public.kunden_größe'
    assert spelled.display_name == "Kunden Größe"
    assert spelled.columns[1].children[0].name == "x"
    assert spelled.table_constraints[0].to_wire() == {
        "constraintType": "FOREIGN_KEY",
        "columns": ["id"],
        "referredColumns": ["CRM.a.b.c.d"],
    }
    assert processor.process(spelled) is spelled

    lines = [ColumnLineage(from_columns=["CRM.A.B.C.D"], to_column="CRM.A.B.E.F")]
    edge = LineageEdge(
        from_entity=Reference(fqn="CRM.A.B.C"),
        to_entity=Reference(fqn="CRM.A.B.E"),
        lineage_details=LineageDetails(columns_lineage=lines),
    )
    told = processor.process(edge)
    assert isinstance(told, LineageEdge)
    assert (told.from_entity.fqn, told.to_entity.fqn) == ("CRM.a.b.c", "CRM.a.b.e")
    assert told.lineage_details.columns_lineage[0].to_column == "CRM.a.b.e.f"

    test = TestCase(
        name="T", table="CRM.A.B.C", column="D", test_definition="columnValuesToBeUnique"
    )
    told_test = processor.process(test)
    assert isinstance(told_test, TestCase)
    assert (told_test.table, told_test.column) == ("CRM.a.b.c", "d")


def test_redact_takes_secrets_and_addresses_out_of_all_texts() -> None:
    processor = made(Redact.using())
    view = orders(
        description="ask ana@example.com, https://me:hunter22@acme.example/x",
        schema_definition="create view v as select 'sk_live_aaaaaaaaaaaaaaaa' -- password = 'hunter22'",
        columns=[Column(name="id", data_type="INT", description="Token: abcdef")],
    )
    clean = processor.process(view)
    text = clean.to_json().decode()  # type: ignore[union-attr]
    assert not any(each in text for each in ("ana@", "hunter22", "sk_live", "abcdef"))
    assert "[redacted]acme.example/x" in text
    assert processor.process(clean) is clean  # type: ignore[arg-type]

    service = DatabaseService(
        name="crm", connection={"config": {"host": "h", "password": "x", "urls": ["ftp://a:b@c"]}}
    )
    assert processor.process(service).connection == {  # type: ignore[union-attr]
        "config": {"host": "h", "password": "[redacted]", "urls": ["[redacted]c"]}
    }


def test_masks_go_by_tags() -> None:
    rules = [
        {"tag": r"PII\.Sensitive", "mask": "Masking.Hash", "hide": ["description"]},
        {"tag": "PII.Secret", "leave_out": True},
    ]
    processor = made(MaskByTag.using(rules=rules))
    given = orders(
        columns=[
            Column(name="id", data_type="INT", description="kept"),
            Column(name="ssn", data_type="TEXT", description="x", tags=[tag("PII.Sensitive")]),
            Column(name="key", data_type="TEXT", tags=[tag("PII.Secret")]),
        ],
        table_constraints=[TableConstraint(constraint_type="UNIQUE", columns=["key"])],
    )
    masked = processor.process(given)
    assert isinstance(masked, Table)
    assert [each.name for each in masked.columns] == ["id", "ssn"]
    assert [each.tag_fqn for each in masked.columns[1].tags] == ["PII.Sensitive", "Masking.Hash"]
    assert [each.description for each in masked.columns] == ["kept", None]
    assert masked.table_constraints == []
    assert processor.process(masked) is masked


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: TagByRule.using(rules=[{"tga": "x"}]),
        lambda: MaskByTag.using(rules=[{"tag": "("}]),
        lambda: Redact.using(patterns=["("]),
    ],
)
def test_a_rule_that_cannot_be_is_refused(wrong: object) -> None:
    with pytest.raises(WorkflowError):
        wrong()  # type: ignore[operator]
