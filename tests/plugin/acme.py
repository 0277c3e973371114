"""A small plugin for the tests of this room: two connection methods, options from "the app"."""

from __future__ import annotations

from typing import Any

from devsession.plugin import (
    UPSERT,
    ConnectionConfigurationParameters,
    ConnectionMethod,
    DynamicFormOptionsDataSource,
    FormCheckboxField,
    FormDropdownField,
    FormFieldMappingSelector,
    FormInputField,
    FormOption,
    FormTextAreaField,
    OutboundSyncConfigurationForm,
    OutboundSyncConfigurationParameters,
    Plugin,
    PluginManifest,
    StaticFormOptionsDataSource,
)
from devsession.plugin.form import Form

COLUMNS = ("ID", "EMAIL", "FIRST", "LAST")
PIPELINES = {"contact": ["leads", "shared"], "deal": ["sales", "shared"]}
APP_FIELDS = {"contact": ["email", "name", "phone"], "deal": ["email", "amount"]}


class AcmeCRM(Plugin):
    """`calls` lists what was fetched; with `broken` set, the app says no."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.broken = ""

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="acme_crm",
            plugin_name="Acme CRM",
            developer_id="us",
            developer_name="Us",
            supported_outbound_strategies=[UPSERT],
        )

    def connection_form(self, connectivity_option: str) -> list[ConnectionMethod]:
        tenant = FormInputField(name="tenant_url", label="Tenant URL", required=True)
        return [
            ConnectionMethod(
                name="API Key",
                fields=[
                    tenant,
                    FormInputField(name="api_key", label="API key", required=True, secret=True),
                ],
            ),
            ConnectionMethod(
                name="Password",
                fields=[
                    tenant,
                    FormInputField(name="user", label="User", required=True),
                    FormTextAreaField(name="password", label="Password", secret=True),
                ],
            ),
        ]

    def outbound_configuration_form(
        self, parameters: OutboundSyncConfigurationParameters
    ) -> OutboundSyncConfigurationForm:
        return OutboundSyncConfigurationForm(
            fields=[
                FormDropdownField(
                    name="object",
                    label="Object",
                    required=True,
                    data_source=DynamicFormOptionsDataSource(source_function=self.list_objects),
                ),
                FormDropdownField(
                    name="pipeline",
                    label="Pipeline",
                    depends_on="object",
                    data_source=DynamicFormOptionsDataSource(source_function=self.list_pipelines),
                ),
                FormDropdownField(
                    name="language",
                    label="Language",
                    default_value="en",
                    data_source=StaticFormOptionsDataSource(
                        values=[
                            FormOption(value="en", label="English"),
                            FormOption(value="fr", label="French", disabled=True),
                        ]
                    ),
                ),
                FormInputField(name="note", label="Note"),
                FormCheckboxField(name="notify", label="Notify owners"),
                FormInputField(name="subject", label="Subject", required=True, depends_on="notify"),
            ],
            mapper=FormFieldMappingSelector(
                depends_on="object",
                data_source=DynamicFormOptionsDataSource(source_function=self.list_fields),
            ),
        )

    def list_objects(self, parameters: Any) -> list[FormOption]:
        self.calls.append("objects")
        if self.broken:
            raise ConnectionError(self.broken)
        return [
            FormOption(value="contact", label="Contact", metadata={"plural": "contacts"}),
            FormOption(value="deal", label="Deal", metadata={"plural": "deals"}),
        ]

    def list_pipelines(self, parameters: Any) -> list[FormOption]:
        chosen = parameters.get_current_form_parameter("object").value
        self.calls.append(f"pipelines of {chosen}")
        return [FormOption(value=name, label=name.title()) for name in PIPELINES[chosen]]

    def list_fields(self, parameters: Any) -> list[FormOption]:
        chosen = parameters.get_current_form_parameter("object")
        self.calls.append(f"fields of {chosen.metadata['plural']}")
        return [
            FormOption(
                value=name,
                label=name.title(),
                required=(name, chosen.value) == ("email", "contact"),
                metadata={"type": "text"},
            )
            for name in APP_FIELDS[chosen.value]
        ]


def connection_parameters(form: Form) -> ConnectionConfigurationParameters:
    return ConnectionConfigurationParameters(
        connection_method=form.method, connection_parameters=form.values
    )


def sync_parameters(form: Form) -> OutboundSyncConfigurationParameters:
    return OutboundSyncConfigurationParameters(
        connection_method="API Key",
        sync_strategy=UPSERT,
        sync_parameters=form.values,
        current_form_parameters=form.values,
    )


def connection_form(plugin: AcmeCRM) -> Form:
    return Form(
        plugin.connection_form("direct"),
        title="the connection form of AcmeCRM",
        parameters=connection_parameters,
        redact=str,
    )


def outbound_form(plugin: AcmeCRM) -> Form:
    """The form of a sync; what an option function raises is redacted of `hush`."""
    given = OutboundSyncConfigurationParameters(connection_method="API Key", sync_strategy=UPSERT)
    return Form(
        plugin.outbound_configuration_form(given),
        title="the form of sync 'contacts'",
        parameters=sync_parameters,
        redact=lambda text: text.replace("hush", "REDACTED-api-key"),
        columns=COLUMNS,
    )
