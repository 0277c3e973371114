"""The two forms of six fields that are measured: ours, and the same out of stock ipywidgets."""

from __future__ import annotations

from typing import Any

import ipywidgets

from devsession.notebook.form_widget import FormWidget
from devsession.plugin.contract import ConnectionMethod
from devsession.plugin.fields import (
    FormCheckboxField,
    FormDropdownField,
    FormInputField,
    FormOption,
    FormSliderField,
    StaticFormOptionsDataSource,
)
from devsession.plugin.form import Form

OBJECTS = [f"Object {n}" for n in range(50)]
LEAST, MOST = 10, 100


def ours() -> FormWidget:
    """A text, a secret, two dropdowns, a number, a box to tick."""
    source = StaticFormOptionsDataSource(
        values=[FormOption(value=name, label=name) for name in OBJECTS]
    )
    fields = [
        FormInputField(name="url", label="Address"),
        FormInputField(name="key", label="Key", secret=True),
        FormDropdownField(name="object", label="Object", data_source=source),
        FormDropdownField(name="also", label="Also", multi_select=True, data_source=source),
        FormSliderField(name="batch", label="Batch size", min=LEAST, max=MOST),
        FormCheckboxField(name="verify", label="Verify"),
    ]
    form = Form(
        [ConnectionMethod(name="Key", fields=fields)],
        title="the form that is measured",
        parameters=lambda form: form,
        redact=lambda text: text,
    )
    return FormWidget(form, title="Measured", on_save=lambda: "", fill_call=lambda: "")


def stock() -> ipywidgets.VBox:
    """The same kinds of fields; the number is checked by an observer, as people do."""
    number = ipywidgets.Text(description="Batch size", placeholder="a number")
    error = ipywidgets.HTML()

    def check(change: dict[str, Any]) -> None:
        text = change["new"]
        if not text.isdecimal() or not LEAST <= int(text) <= MOST:
            error.value = f"<span class='refused'>takes a number, not {text}</span>"
        else:
            error.value = ""

    number.observe(check, names="value")
    return ipywidgets.VBox(
        [
            ipywidgets.Text(description="Address"),
            ipywidgets.Password(description="Key"),
            ipywidgets.Dropdown(description="Object", options=OBJECTS),
            ipywidgets.SelectMultiple(description="Also", options=OBJECTS),
            number,
            error,
            ipywidgets.Checkbox(description="Verify"),
            ipywidgets.Button(description="Save"),
        ]
    )
