"""What mappers store, told apart by `mapper_type`, in parameters and from JSON."""

from __future__ import annotations

from typing import Any

import pytest

from devsession.errors import DefinitionError
from devsession.plugin import (
    OutboundSyncConfigurationParameters,
    StoredFieldMappings,
    StoredJinjaTemplate,
)
from devsession.plugin.mapping import stored_mapping

FIELDS = StoredFieldMappings.from_dict({"email": "EMAIL"})
TEMPLATE = StoredJinjaTemplate(
    jinja_template="Hello {{ row.NAME }}", additional_column_expressions={"two": "1 + 1"}
)


def parameters(mapping: Any) -> OutboundSyncConfigurationParameters:
    return OutboundSyncConfigurationParameters(
        connection_method="API Key", sync_strategy="Upsert", field_mappings=mapping
    )


@pytest.mark.parametrize("stored", [FIELDS, TEMPLATE], ids=["fields", "template"])
def test_json_gives_back_what_was_stored(
    stored: StoredFieldMappings | StoredJinjaTemplate,
) -> None:
    assert stored_mapping(stored.model_dump(mode="json")) == stored


@pytest.mark.parametrize("stored", [FIELDS, TEMPLATE, None], ids=["fields", "template", "none"])
def test_parameters_give_back_what_was_stored(
    stored: StoredFieldMappings | StoredJinjaTemplate | None,
) -> None:
    text = parameters(stored).model_dump_json()

    assert OutboundSyncConfigurationParameters.model_validate_json(text).field_mappings == stored


def test_what_names_no_mapper_maps_fields() -> None:
    content = {"field_mappings": FIELDS.model_dump()["field_mappings"]}

    assert stored_mapping(content) == FIELDS


def test_a_template_has_text() -> None:
    with pytest.raises(DefinitionError, match="StoredJinjaTemplate is not valid"):
        StoredJinjaTemplate(jinja_template="")
