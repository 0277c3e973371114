"""A form with a mapper over a source that is made up. Notebooks of tests import this module."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.notebook.form_widget import FormWidget
from devsession.notebook.sample import Sample
from devsession.plugin.contract import OutboundSyncConfigurationForm
from devsession.plugin.fields import (
    FormFieldMappingSelector,
    FormOption,
    StaticFormOptionsDataSource,
)
from devsession.plugin.form import Form
from devsession.plugin.mapping import Expression
from devsession.plugin.source_column import SourceColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

PEOPLE: list[Sequence[str | None]] = [
    ("1", "ann@example.com", "Ann", "Arbor", "+1 555 0100", "Vienna"),
    ("2", "bob@example.com", "Bob", "Baker", "+1 555 0101", "Graz"),
    ("3", "cleo@example.com", "Cleo", None, "+1 555 0102", "Linz"),
]
COLUMNS = ["ID", "EMAIL", "FIRST_NAME", "LAST_NAME", "PHONE_NUMBER", "CITY"]


def option(value: str, label: str, kind: str = "string", **more: Any) -> FormOption:
    return FormOption(value=value, label=label, data_type_icon=kind, **more)


FIELDS = [
    FormOption(
        value="email",
        label="Email",
        required=True,
        unique=True,
        data_type_icon="string",
        metadata={"description": "Where the app writes to; it knows people by it."},
    ),
    option("firstName", "First name"),
    option("lastName", "Last name", required=True),
    option("phone", "Phone"),
    option("mobile", "Mobile phone"),
    option("city", "City"),
    option("company", "Company"),
    option("score", "Lead score", "number"),
    option("subscribed", "Subscribed", "boolean"),
    option("notes", "Notes"),
]


def columns() -> list[SourceColumn]:
    """What the source says of its columns."""
    samples = list(zip(*PEOPLE, strict=True))
    return [
        SourceColumn(name, "text", tuple(filter(None, values)))
        for name, values in zip(COLUMNS, samples, strict=True)
    ]


def mapped() -> dict[str, str | Expression]:
    """Field of the app -> what fills it."""
    return {**form.mapping.as_dict()} if form.mapping else {}


def value_of(source: str | Expression, row: Sequence[str | None]) -> str | None:
    """A column's value, or an expression as it is written."""
    return f"<{source.sql}>" if isinstance(source, Expression) else row[COLUMNS.index(source)]


def sample() -> Sample:
    """Columns as they are, and expressions as they are written."""
    mapping = mapped()
    refused = {
        field: "no column is named NOWHERE"
        for field, source in mapping.items()
        if isinstance(source, Expression) and "NOWHERE" in source.sql
    }
    sent = {field: source for field, source in mapping.items() if field not in refused}
    if not sent:
        return Sample(refused=refused)
    rows = [[row[0], *(value_of(source, row) for source in sent.values())] for row in PEOPLE]
    # What a plugin's validator would say of Cleo.
    not_sent = ["", "", "company: she has none"] if "company" in sent else []
    return Sample(("IDENTIFIER", *sent), rows, refused, not_sent=not_sent)


def form_of(fields: list[FormOption], names: list[str]) -> Form:
    """A form that is nothing but a mapper."""
    return Form(
        OutboundSyncConfigurationForm(
            fields=[],
            mapper=FormFieldMappingSelector(
                label="Fields", data_source=StaticFormOptionsDataSource(values=fields)
            ),
        ),
        title="the form of the sync people",
        parameters=lambda form: form,
        redact=lambda text: text,
        columns=names,
    )


form = form_of(FIELDS, COLUMNS)
form.look_up_columns_by(columns)
widget = FormWidget(
    form,
    title="Sync people",
    on_save=lambda: f"saved {len(mapped())} fields",
    fill_call=lambda: "people.fill(..)",
    sample=sample,
)
