"""The forms that browser tests fill. Their notebooks import this module in the kernel."""

from __future__ import annotations

import time
from pathlib import Path

from devsession.errors import ConnectError
from devsession.notebook.form_widget import FormWidget
from devsession.plugin.contract import ConnectionMethod, OutboundSyncConfigurationForm
from devsession.plugin.fields import (
    DynamicFormOptionsDataSource,
    FormCheckboxField,
    FormDropdownField,
    FormField,
    FormFieldMappingSelector,
    FormInputField,
    FormJinjaTemplate,
    FormOption,
    FormRadioField,
    FormSliderField,
    FormSnowflakeStageField,
    FormSshKeypair,
    FormTextAreaField,
    FormX509Certificate,
    InformationBoxField,
    InformationField,
    StaticFormOptionsDataSource,
)
from devsession.plugin.form import Form


def regions(parameters: Form) -> list[FormOption]:
    """The regions of a tenant; `eu` is one of every tenant's."""
    host = parameters.values["tenant_url"].value.removeprefix("https://")
    return [
        FormOption(value="eu", label="Europe"),
        FormOption(value=host, label=f"Only {host}"),
    ]


def app_fields(_parameters: Form) -> list[FormOption]:
    """What the mapper offers; email has to be mapped."""
    return [
        FormOption(value="email", label="Email", required=True, unique=True),
        FormOption(value="name", label="Name"),
    ]


connection_form = Form(
    [
        ConnectionMethod(
            name="API Key",
            fields=[
                FormInputField(name="tenant_url", label="Tenant URL", required=True),
                FormInputField(name="api_key", label="API key", required=True, secret=True),
                FormDropdownField(
                    name="region",
                    label="Region",
                    depends_on="tenant_url",
                    data_source=DynamicFormOptionsDataSource(source_function=regions),
                ),
                FormTextAreaField(name="notes", label="Notes"),
                FormCheckboxField(name="verify", label="Verify certificates"),
            ],
        )
    ],
    title="the connection form of Acme",
    parameters=lambda form: form,
    redact=lambda text: text,
)
sync_form = Form(
    OutboundSyncConfigurationForm(
        fields=[
            FormDropdownField(
                name="object",
                label="Object",
                required=True,
                data_source=StaticFormOptionsDataSource(
                    values=[FormOption(value="contact", label="Contact")]
                ),
            )
        ],
        mapper=FormFieldMappingSelector(
            label="Fields",
            depends_on="object",
            data_source=DynamicFormOptionsDataSource(source_function=app_fields),
        ),
    ),
    title="the form of the sync contacts",
    parameters=lambda form: form,
    redact=lambda text: text,
    columns=["ID", "EMAIL", "FIRST", "LAST"],
)
template_form = Form(
    OutboundSyncConfigurationForm(fields=[], mapper=FormJinjaTemplate(label="Text")),
    title="the form of the sync messages",
    parameters=lambda form: form,
    redact=lambda text: text,
    columns=["ID", "NAME"],
)

colours = StaticFormOptionsDataSource(
    values=[
        FormOption(value=value, label=value.title()) for value in ("red", "green", "blue", "grey")
    ]
)
wide_form = Form(
    OutboundSyncConfigurationForm(
        fields=[
            InformationField(name="hello", label="Before you start", markdown="Have a list ready."),
            InformationBoxField(name="care", markdown="It is overwritten.", box_type="warning"),
            FormSliderField(name="batch", label="Batch size", min=10, max=100, step=10),
            FormRadioField(name="mark", label="Mark", required=True, data_source=colours),
            FormDropdownField(
                name="tags", label="Tags", multi_select=True, data_source=colours, help_text="Any"
            ),
            FormTextAreaField(name="notes", label="Notes"),
            FormSnowflakeStageField(name="stage", label="Stage"),
            FormSshKeypair(name="key", label="Key of the app", local_side="public"),
            FormX509Certificate(name="proof", label="Certificate"),
        ],
        mapper=FormJinjaTemplate(label="Text"),
    ),
    title="the form of the sync everything",
    parameters=lambda form: form,
    redact=lambda text: text,
    columns=["ID", "NAME"],
)


def controls_form_fields(method: str) -> list[FormField]:
    """One field of each kind, under a method's name."""
    objects = [FormOption(value=f"object_{n}", label=f"Object {n}") for n in range(5000)]
    return [
        FormInputField(name="address", label=f"Address of {method}"),
        FormDropdownField(
            name="object",
            label="Object",
            required=True,
            data_source=StaticFormOptionsDataSource(values=objects),
        ),
        FormDropdownField(
            name="tags", label="Tags", multi_select=True, data_source=tags, help_text="Any number"
        ),
        FormDropdownField(
            name="none", label="None", data_source=StaticFormOptionsDataSource(values=[])
        ),
        FormSliderField(name="batch", label="Batch size", min=10, max=100, step=10),
        FormRadioField(name="mark", label="Mark", data_source=colours),
        FormCheckboxField(name="verify", label="Verify certificates"),
        FormTextAreaField(name="notes", label="Notes"),
        FormInputField(name="api_key", label="API key", secret=True),
    ]


tags = StaticFormOptionsDataSource(
    values=[
        FormOption(value="red", label="Red"),
        FormOption(value="green", label="Green"),
        FormOption(value="grey", label="Grey", disabled=True),
        FormOption(value="blue", label="Blue"),
        FormOption(value="long", label=f"A colour {'with a long name ' * 12}"),
    ]
)
controls_form = Form(
    [
        ConnectionMethod(name=name, fields=controls_form_fields(name))
        for name in ("API Key", "OAuth", "Basic authentication")
    ],
    title="the form of every control",
    parameters=lambda form: form,
    redact=lambda text: text,
)


def connect() -> str:
    """Only one address answers."""
    if connection_form.values["tenant_url"].value != "https://acme.test":
        raise ConnectError(
            "Acme cannot be reached",
            next_step="check the address",
            failure={"traceback": "plugin.py, line 7, in connect", "exchange": ""},
        )
    return "connected: Acme"


def save_when_allowed() -> str:
    """Take as long as it takes until the file `allowed` exists."""
    while not Path("allowed").exists():
        time.sleep(0.02)
    return "saved"


connection = FormWidget(
    connection_form,
    title="Connect to Acme",
    on_test=connect,
    on_save=save_when_allowed,
    fill_call=lambda: 'session.connection.fill(api_key=secret("ACME_API_KEY"))',
)
sync = FormWidget(
    sync_form,
    title="Sync contacts",
    on_save=lambda: f"saved: {sync_form.mapping.as_dict()}",
    fill_call=lambda: "contacts.fill(..)",
)
template = FormWidget(
    template_form,
    title="Sync messages",
    on_save=lambda: f"saved: {template_form.mapping.jinja_template}",
    fill_call=lambda: "messages.fill(..)",
)
controls = FormWidget(
    controls_form,
    title="Every control",
    on_save=lambda: "saved every control",
    fill_call=lambda: "session.connection.fill(..)",
)
wide = FormWidget(
    wide_form,
    title="Sync everything",
    on_save=lambda: "saved everything",
    fill_call=lambda: "everything.fill(..)",
)
