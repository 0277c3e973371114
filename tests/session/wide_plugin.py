"""A plugin that asks for everything that there is to ask for; its app is nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from devsession.plugin import (
    UPSERT,
    ConnectionConfigurationParameters,
    ConnectionMethod,
    FormDropdownField,
    FormFieldMappingSelector,
    FormInputField,
    FormOption,
    FormSliderField,
    FormSshKeypair,
    InformationBoxField,
    NewOptionCreator,
    OutboundSyncConfigurationForm,
    OutboundSyncConfigurationParameters,
    Plugin,
    PluginManifest,
    StaticFormOptionsDataSource,
)

if TYPE_CHECKING:
    from devsession.plugin import StoredConfigurationValue


class Wide(Plugin):
    """`connected` are the parameters of each connect()."""

    connected: ClassVar[list[ConnectionConfigurationParameters]] = []

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="wide",
            plugin_name="Wide",
            developer_id="us",
            developer_name="Us",
            supported_outbound_strategies=[UPSERT],
            supported_connectivity_options=["direct", "ngrok"],
        )

    def connection_form(self, connectivity_option: str) -> list[ConnectionMethod]:
        tunnel = FormInputField(name="tunnel", label="Tunnel", required=True)
        return [
            ConnectionMethod(
                name="Key",
                fields=[
                    InformationBoxField(name="about", markdown="Give the app the public key."),
                    FormSshKeypair(name="ssh_key", label="Key", required=True),
                    *([tunnel] if connectivity_option == "ngrok" else []),
                ],
            )
        ]

    def connect(self, parameters: ConnectionConfigurationParameters) -> None:
        self.connected.append(parameters)

    def outbound_configuration_form(
        self, parameters: OutboundSyncConfigurationParameters
    ) -> OutboundSyncConfigurationForm:
        kind = parameters.get_current_form_parameter("kind", "").value
        size = FormSliderField(name="size", label="Size", required=True, max=10)
        return OutboundSyncConfigurationForm(
            fields=[
                FormDropdownField(
                    name="kind",
                    label="Kind",
                    required=True,
                    reload_on_change=True,
                    data_source=StaticFormOptionsDataSource(
                        values=[FormOption(value="box", label="Box")],
                        new_option_creator=NewOptionCreator(
                            creation_form_function=self.kind_form,
                            creation_complete_function=self.new_kind,
                        ),
                    ),
                ),
                *([size] if kind == "box" else []),
            ],
            mapper=FormFieldMappingSelector(
                data_source=StaticFormOptionsDataSource(values=[FormOption(value="id", label="Id")])
            ),
        )

    def kind_form(self, parameters: OutboundSyncConfigurationParameters) -> list[FormInputField]:
        return [FormInputField(name="label", label="Label", required=True)]

    def new_kind(
        self,
        parameters: OutboundSyncConfigurationParameters,
        values: dict[str, StoredConfigurationValue],
    ) -> FormOption:
        label = values["label"].value
        return FormOption(value=label.lower(), label=label)
