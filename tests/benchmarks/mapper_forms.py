"""The two mappers that are measured: ours, and the same out of stock ipywidgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets

from devsession.notebook.form_widget import FormWidget
from devsession.plugin.contract import OutboundSyncConfigurationForm
from devsession.plugin.fields import (
    FormFieldMappingSelector,
    FormOption,
    StaticFormOptionsDataSource,
)
from devsession.plugin.form import Form
from devsession.plugin.source_column import SourceColumn

if TYPE_CHECKING:
    from collections.abc import Sequence


def names(size: int) -> tuple[Sequence[str], Sequence[str]]:
    """Columns of the source, and fields of the app, as many of each."""
    return [f"COLUMN_{n}" for n in range(size)], [f"field_{n}" for n in range(size)]


def ours(size: int) -> FormWidget:
    """A form that is nothing but a mapper."""
    columns, fields = names(size)
    options = [
        FormOption(value=name, label=name, unique=at % 10 == 0, data_type_icon="string")
        for at, name in enumerate(fields)
    ]
    selector = FormFieldMappingSelector(data_source=StaticFormOptionsDataSource(values=options))
    form = Form(
        OutboundSyncConfigurationForm(fields=[], mapper=selector),
        title="the form that is measured",
        parameters=lambda form: form,
        redact=lambda text: text,
        columns=columns,
    )
    form.look_up_columns_by(
        lambda: [SourceColumn(name, "text", ("some", "sample", "values")) for name in columns]
    )
    return FormWidget(form, title="Measured", on_save=lambda: "", fill_call=lambda: "")


def stock(size: int) -> ipywidgets.VBox:
    """A label and a dropdown a field."""
    columns, fields = names(size)
    rows = [
        ipywidgets.HBox([ipywidgets.Label(field), ipywidgets.Dropdown(options=["", *columns])])
        for field in fields
    ]
    return ipywidgets.VBox([*rows, ipywidgets.Button(description="Save")])
