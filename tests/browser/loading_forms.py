"""A form whose options take as long as a test wants. Its notebook imports this in the kernel."""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from devsession.notebook.form_widget import FormWidget
from devsession.notebook.kernel import between_cells
from devsession.plugin.contract import ConnectionMethod
from devsession.plugin.fields import (
    DynamicFormOptionsDataSource,
    FormDropdownField,
    FormInputField,
    FormOption,
)
from devsession.plugin.form import Form
from devsession.plugin.form.fetching import Fetcher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

called: list[str] = []


def regions(given: SimpleNamespace) -> list[FormOption]:
    """The regions of a tenant, once the file `<tenant>.allowed` exists; a `.broken` one has none."""
    called.append(given.tenant)
    while not Path(f"{given.tenant}.allowed").exists():
        time.sleep(0.02)
    if Path(f"{given.tenant}.broken").exists():
        raise ConnectionError(f"{given.tenant} is away")
    return [
        FormOption(value="eu", label="Europe"),
        FormOption(value=given.tenant, label=f"Only {given.tenant}"),
    ]


@contextmanager
def heard() -> Iterator[Callable[[], str]]:
    """What a recorder would tell of a failing call."""
    yield lambda: "The request before the error\n  GET https://acme.test/regions\n  -> 503 Away"


def given(form: Form) -> SimpleNamespace:
    """What `regions` gets: the answers of this moment."""
    return SimpleNamespace(tenant=form.values["tenant"].value)


def definition(*more: str) -> list[ConnectionMethod]:
    """The form as the plugin has it; `more` is what a saved plugin.py asks for besides."""
    source = DynamicFormOptionsDataSource(source_function=regions)
    return [
        ConnectionMethod(
            name="API Key",
            fields=[
                FormInputField(name="tenant", label="Tenant"),
                FormDropdownField(
                    name="region", label="Region", depends_on="tenant", data_source=source
                ),
                FormInputField(name="notes", label="Notes"),
                *[FormInputField(name=name.lower(), label=name) for name in more],
            ],
        )
    ]


def save_plugin(*more: str) -> None:
    """What a session does with the form when plugin.py was saved."""
    with form.without_waiting():
        form.reload(definition(*more))


form = Form(definition(), title="the connection form of Acme", parameters=given, redact=str)
form.fetch_by(Fetcher(between_cells(), heard))
widget = FormWidget(
    form,
    title="Connect slowly",
    on_test=lambda: f"connected: {form.plain('region')}",
    on_save=lambda: "saved",
    fill_call=lambda: "session.connection.fill(..)",
)
