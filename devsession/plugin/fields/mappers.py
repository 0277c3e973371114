"""How the rows of a source become records of the app."""

from typing import Literal

from pydantic import InstanceOf

from devsession.plugin.definition import Definition
from devsession.plugin.fields.options import FormOptionsDataSource

Rendered = Literal["text", "json"]
"""What the text of a record has to be."""


class FormFieldMappingSelector(Definition):
    """A mapper: columns of the source to fields of the app, which `data_source` offers.

    Source: sync contract, mappers; creating-plugins guide, step 5.
    """

    mapper_type: Literal["field_mapping_selector"] = "field_mapping_selector"
    label: str = "Field Mappings"
    depends_on: str | None = None
    data_source: InstanceOf[FormOptionsDataSource]


class FormJinjaTemplate(Definition):
    """A mapper: a Jinja template that makes the text of a record, with `row` in scope.

    renders: `"json"` when `sync_outbound` reads the text as JSON; then what is none is an error where
        the template is written and filled in. Runs send what was saved.

    Source: sync contract, mappers; `renders` is our own.
    """

    mapper_type: Literal["jinja_template"] = "jinja_template"
    label: str = "Template"
    depends_on: str | None = None
    renders: Rendered = "text"


FormMapper = FormFieldMappingSelector | FormJinjaTemplate
"""A mapper of either kind."""
