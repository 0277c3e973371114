"""Mappings: column or expression to field of the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import DefinitionError, UsageError
from devsession.plugin import FormOption, StoredFieldMappings, expression
from devsession.plugin.mapping import check_mapping

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

COLUMNS = ["ID", "EMAIL", "FIRST", "LAST"]


@pytest.fixture
def app_fields() -> list[FormOption]:
    return [
        FormOption(value="email", label="Email", required=True, metadata={"type": "text"}),
        FormOption(value="name", label="Name"),
        FormOption(value="created_at", label="Created", disabled=True),
    ]


def test_a_mapping_goes_to_its_stored_form_and_back(app_fields: list[FormOption]) -> None:
    mapping = {"email": "EMAIL", "name": expression("FIRST || ' ' || LAST")}
    stored = StoredFieldMappings.from_dict(mapping, app_fields)
    assert stored.as_dict() == mapping


def test_the_stored_form_is_the_contracts(
    app_fields: list[FormOption], snapshot: SnapshotAssertion
) -> None:
    stored = StoredFieldMappings.from_dict(
        {"email": "EMAIL", "name": expression("FIRST || LAST")}, app_fields
    )
    assert stored.model_dump() == snapshot


def test_json_comes_back_the_same(app_fields: list[FormOption]) -> None:
    stored = StoredFieldMappings.from_dict({"email": "EMAIL"}, app_fields)
    assert StoredFieldMappings.model_validate_json(stored.model_dump_json()) == stored


def test_a_sound_mapping_has_no_problem(app_fields: list[FormOption]) -> None:
    mapping = {"email": "EMAIL", "name": expression("FIRST || LAST")}
    assert check_mapping(mapping, columns=COLUMNS, app_fields=app_fields) == {}


def test_one_column_may_fill_two_fields(app_fields: list[FormOption]) -> None:
    mapping = {"email": "EMAIL", "name": "EMAIL"}
    assert check_mapping(mapping, columns=COLUMNS, app_fields=app_fields) == {}


def test_everything_wrong_is_said_at_once(
    app_fields: list[FormOption], snapshot: SnapshotAssertion
) -> None:
    mapping = {"nmae": "FIRST", "name": "FRIST", "created_at": "ID"}
    assert check_mapping(mapping, columns=COLUMNS, app_fields=app_fields) == snapshot


def test_a_source_of_another_type(
    app_fields: list[FormOption], snapshot: SnapshotAssertion
) -> None:
    assert check_mapping({"email": 3}, columns=COLUMNS, app_fields=app_fields) == snapshot


def test_a_field_is_mapped_once(snapshot: SnapshotAssertion) -> None:
    email = {"source_type": "column_name", "source_value": "EMAIL", "app_field": "email"}
    with pytest.raises(DefinitionError) as error:
        StoredFieldMappings(field_mappings=[email, email])
    assert error.value.fields["problems"] == snapshot


@pytest.mark.parametrize("sql", ["", "  ", 3])
def test_an_expression_is_text(sql: object, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(UsageError) as error:
        expression(sql)  # type: ignore[arg-type]
    assert str(error.value) == snapshot


def test_an_expression_shows_as_it_is_written() -> None:
    assert repr(expression("FIRST || LAST")) == "expression('FIRST || LAST')"
