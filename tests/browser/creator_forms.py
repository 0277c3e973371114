"""A form with keys and with options that can be added. Notebooks import this module in the kernel."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.notebook.creating import CreatorPart
from devsession.notebook.form_widget import FormWidget
from devsession.notebook.key_part import KeyPart
from devsession.plugin.contract import ConnectionMethod, OutboundSyncConfigurationForm
from devsession.plugin.fields import (
    FormDropdownField,
    FormFieldMappingSelector,
    FormInputField,
    FormOption,
    FormSshKeypair,
    FormX509Certificate,
    NewOptionCreator,
    StaticFormOptionsDataSource,
)
from devsession.plugin.form import Form

if TYPE_CHECKING:
    from devsession.plugin.parameters import StoredConfigurationValue

COLOURS = StaticFormOptionsDataSource(
    values=[FormOption(value=value, label=value.title()) for value in ("red", "green")]
)


def list_form(_parameters: Form) -> list[FormInputField | FormDropdownField]:
    """What a new list needs."""
    return [
        FormInputField(name="name", label="Name of the list", required=True),
        FormDropdownField(name="colour", label="Colour", data_source=COLOURS),
    ]


def new_list(_parameters: Form, values: dict[str, StoredConfigurationValue]) -> FormOption:
    """Make a list in the app; it has one called News already, and one that takes its time."""
    name = values["name"].value
    if name == "News":
        raise ValueError("409: there is a list called 'News'")
    while name == "Slow" and not Path("made").exists():
        time.sleep(0.02)
    return FormOption(value=name.lower(), label=name)


LISTS = StaticFormOptionsDataSource(
    values=[FormOption(value="news", label="News")],
    new_option_creator=NewOptionCreator(
        creation_form_function=list_form, creation_complete_function=new_list
    ),
)


def keys_form() -> Form:
    """A pair of keys, and a certificate."""
    fields = [
        FormSshKeypair(name="key", label="Key", required=True, help_text="Of the SFTP server."),
        FormX509Certificate(name="proof", label="Certificate"),
    ]
    return Form(
        [ConnectionMethod(name="Key", fields=fields)],
        title="the connection form of Acme",
        parameters=lambda form: form,
        redact=lambda text: text,
    )


def lists_form() -> Form:
    """A list that can be added, and a mapper to whose fields one can be added."""
    lists = FormDropdownField(name="list", label="List", required=True, data_source=LISTS)
    mapper = FormFieldMappingSelector(label="Fields", data_source=LISTS)
    return Form(
        OutboundSyncConfigurationForm(fields=[lists], mapper=mapper),
        title="the form of the sync contacts",
        parameters=lambda form: form,
        redact=lambda text: text,
        columns=["ID", "EMAIL"],
    )


keys, lists = keys_form(), lists_form()
connection = FormWidget(
    keys,
    title="Connect to Acme",
    on_save=lambda: "saved",
    fill_call=lambda: f"session.connection.fill({', '.join(keys.values)})",
    parts={"keys": KeyPart(keys)},
)
sync = FormWidget(
    lists,
    title="Sync contacts",
    on_save=lambda: "saved",
    fill_call=lambda: f"contacts.fill(list={lists.plain('list')!r})",
    parts={"creator": CreatorPart(lists)},
)
