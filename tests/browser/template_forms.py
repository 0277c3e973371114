"""Forms with a template over a source that is made up. Notebooks of tests import this module."""

from __future__ import annotations

import pandas as pd

from devsession.notebook.form_widget import FormWidget
from devsession.notebook.sample import Sample
from devsession.plugin.contract import OutboundSyncConfigurationForm
from devsession.plugin.fields import FormJinjaTemplate
from devsession.plugin.form import Form
from devsession.plugin.mapping import StoredJinjaTemplate
from devsession.plugin.source_column import SourceColumn
from devsession.plugin.template import RecordTemplate
from devsession.session.rendering import texts_of

PEOPLE = [
    {"ID": 1, "NAME": "Ann", "E-MAIL": "ann@example.com", "CITY": "Vienna"},
    {"ID": 2, "NAME": 'Bob "the builder"', "E-MAIL": "bob@example.com", "CITY": "Graz"},
    {"ID": 3, "NAME": "Cleo", "E-MAIL": "cleo@example.com", "CITY": None},
]
MANY = [f"COLUMN_{number:03}" for number in range(1_000)]


def polite(name: str) -> str:
    """Address somebody as one should. Nothing else."""
    return f"Dear {name}"


def columns() -> list[SourceColumn]:
    """What the source says of its columns."""
    known = [
        SourceColumn(name, "text", tuple(str(row[name]) for row in PEOPLE if row[name]))
        for name in PEOPLE[0]
    ]
    return [*known, *(SourceColumn(name, "number") for name in MANY)]


def sample() -> Sample:
    """What the template makes of the people; SQL that says NOWHERE is refused."""
    mapping = form.mapping
    if not isinstance(mapping, StoredJinjaTemplate) or form.errors:
        return Sample()
    made = mapping.additional_column_expressions
    refused = {name: "no column is named NOWHERE" for name, sql in made.items() if "NOWHERE" in sql}
    if refused:
        return Sample(refused=refused)
    rows = [row | {name: f"({sql})" for name, sql in made.items()} for row in PEOPLE]
    frame = pd.DataFrame(
        {"IDENTIFIER": [str(row["ID"]) for row in rows], "TRANSFORMED_RECORD": rows}, dtype=object
    )
    template = RecordTemplate(mapping.jinja_template, {"polite": polite}, renders="json")
    return Sample(texts=texts_of(template, frame, str, {"3": "CITY: no city"}))


form = Form(
    OutboundSyncConfigurationForm(
        fields=[], mapper=FormJinjaTemplate(label="Message", renders="json")
    ),
    title="the form of the sync messages",
    parameters=lambda form: form,
    redact=lambda text: text,
    columns=[column.name for column in columns()],
    filters={"polite": polite},
)
form.look_up_columns_by(columns)
widget = FormWidget(
    form,
    title="Sync messages",
    on_save=lambda: "saved the template",
    fill_call=lambda: "messages.fill(..)",
    sample=sample,
)
