"""Mistakes that plugin authors make; each `connection_form` or `get_manifest` has one."""

from __future__ import annotations

from pydantic import SecretStr, create_model

from devsession.plugin import (
    ConnectionMethod,
    ConnectResponse,
    DynamicFormOptionsDataSource,
    FormCheckboxField,
    FormDropdownField,
    FormFieldMappingSelector,
    FormInputField,
    FormOption,
    FormRadioField,
    FormSliderField,
    FormSnowflakeStageField,
    FormSshKeypair,
    InformationBoxField,
    InformationField,
    NewOptionCreator,
    OutboundSyncConfigurationForm,
    Plugin,
    PluginManifest,
    StaticFormOptionsDataSource,
)


class UnknownKey(Plugin):
    def connection_form(self, connectivity_option):
        return [ConnectionMethod(name="API Key", fields=[FormInputField(nme="key", label="Key")])]


class EmptyName(Plugin):
    def connection_form(self, connectivity_option):
        return [ConnectionMethod(name="API Key", fields=[FormInputField(name="", label="Key")])]


class DuplicateName(Plugin):
    def connection_form(self, connectivity_option):
        key = FormInputField(name="key", label="Key")
        return [ConnectionMethod(name="API Key", fields=[key, key])]


class UnknownDependsOn(Plugin):
    def connection_form(self, connectivity_option):
        region = FormInputField(name="region", label="Region")
        site = FormInputField(name="site", label="Site", depends_on="regoin")
        return [ConnectionMethod(name="API Key", fields=[region, site])]


class Ring(Plugin):
    def connection_form(self, connectivity_option):
        region = FormInputField(name="region", label="Region", depends_on="site")
        site = FormInputField(name="site", label="Site", depends_on="region")
        return [ConnectionMethod(name="API Key", fields=[region, site])]


class FieldByText(Plugin):
    def connection_form(self, connectivity_option):
        return [ConnectionMethod(name="API Key", fields=["api_key"])]


class SecretInCode(Plugin):
    def connection_form(self, connectivity_option):
        return [FormInputField(name="key", label="Key", secret=True, default_value="hush")]


class SecretCheckbox(Plugin):
    def connection_form(self, connectivity_option):
        return [FormCheckboxField(name="key", label="Key", secret=True)]


class ByPosition(Plugin):
    def connection_form(self, connectivity_option):
        return [FormOption("contact", "Contact")]


class NumberAsOption(Plugin):
    def connection_form(self, connectivity_option):
        return [FormOption(value=7, label="Seven")]


class SameOptionTwice(Plugin):
    def connection_form(self, connectivity_option):
        option = FormOption(value="eu", label="Europe")
        return StaticFormOptionsDataSource(values=[option, option])


class DefaultIsNoOption(Plugin):
    def connection_form(self, connectivity_option):
        regions = StaticFormOptionsDataSource(values=[FormOption(value="eu", label="Europe")])
        return FormDropdownField(name="r", label="R", data_source=regions, default_value="ue")


class CalledTooEarly(Plugin):
    def connection_form(self, connectivity_option):
        return DynamicFormOptionsDataSource(source_function=[FormOption(value="eu", label="EU")])


class MapperDependsOnNothing(Plugin):
    def connection_form(self, connectivity_option):
        field = FormInputField(name="object", label="Object")
        mapper = FormFieldMappingSelector(
            depends_on="objects", data_source=StaticFormOptionsDataSource(values=[])
        )
        return OutboundSyncConfigurationForm(fields=[field], mapper=mapper)


class SetForDict(Plugin):
    def connection_form(self, connectivity_option):
        return ConnectResponse(connection_parameters={"tenant_url", "https://acme.test"})


class ManifestOfGuesses(Plugin):
    def connection_form(self, connectivity_option):
        return PluginManifest(
            plugin_id="acme crm",
            plugin_name="Acme",
            developer_id="us",
            supported_outbound_strategies=["Upset"],
            supported_connectivity_options=["tunnel"],
        )


class StrategyTwice(Plugin):
    def connection_form(self, connectivity_option):
        return PluginManifest(
            plugin_id="acme",
            plugin_name="Acme",
            developer_id="us",
            developer_name="Us",
            supported_outbound_strategies=["Upsert", "Upsert"],
        )


class SliderUpsideDown(Plugin):
    def connection_form(self, connectivity_option):
        return FormSliderField(name="batch", label="Batch", min=10, max=1)


class SliderWithoutSteps(Plugin):
    def connection_form(self, connectivity_option):
        return FormSliderField(name="batch", label="Batch", step=0)


class SliderDefaultOutside(Plugin):
    def connection_form(self, connectivity_option):
        return FormSliderField(name="batch", label="Batch", max=10, default_value=11)


class SliderOfText(Plugin):
    def connection_form(self, connectivity_option):
        return FormSliderField(name="batch", label="Batch", min="1", minimum=2)


class RadioDefaultIsNoOption(Plugin):
    def connection_form(self, connectivity_option):
        regions = StaticFormOptionsDataSource(values=[FormOption(value="eu", label="Europe")])
        return FormRadioField(name="r", label="R", data_source=regions, default_value="ue")


class SeveralDefaultsForOne(Plugin):
    def connection_form(self, connectivity_option):
        regions = StaticFormOptionsDataSource(values=[FormOption(value="eu", label="Europe")])
        return FormDropdownField(name="r", label="R", data_source=regions, default_value=["eu"])


class DefaultTwice(Plugin):
    def connection_form(self, connectivity_option):
        regions = StaticFormOptionsDataSource(values=[FormOption(value="eu", label="Europe")])
        return FormDropdownField(
            name="r",
            label="R",
            data_source=regions,
            multi_select=True,
            default_value=["eu", "eu"],
        )


class StageDefaultIsAPath(Plugin):
    def connection_form(self, connectivity_option):
        return FormSnowflakeStageField(name="s", label="S", default_value="/tmp/files")


class KeypairThatIsSecret(Plugin):
    def connection_form(self, connectivity_option):
        return FormSshKeypair(name="key", label="Key", secret=False)


class KeypairOnNoSide(Plugin):
    def connection_form(self, connectivity_option):
        return FormSshKeypair(name="key", label="Key", local_side="both")


class RequiredInformation(Plugin):
    def connection_form(self, connectivity_option):
        return InformationField(name="hello", markdown="Hello", required=True)


class BoxOfNoKind(Plugin):
    def connection_form(self, connectivity_option):
        return InformationBoxField(name="hello", markdown="Hello", box_type="danger")


class DependsOnInformation(Plugin):
    def connection_form(self, connectivity_option):
        hello = InformationField(name="hello", markdown="Hello")
        key = FormInputField(name="key", label="Key", depends_on="hello")
        return [ConnectionMethod(name="API Key", fields=[hello, key])]


class CreatorWithoutFunction(Plugin):
    def connection_form(self, connectivity_option):
        return NewOptionCreator(creation_form_function=lambda parameters: [])


class NoWayToConnect(Plugin):
    def connection_form(self, connectivity_option):
        return PluginManifest(
            plugin_id="acme",
            plugin_name="Acme",
            developer_id="us",
            developer_name="Us",
            supported_connectivity_options=[],
        )


class SecretInSync(Plugin):
    def connection_form(self, connectivity_option):
        key = FormInputField(name="key", label="Key", secret=True)
        pair = FormSshKeypair(name="pair", label="Pair")
        return OutboundSyncConfigurationForm(fields=[key, pair])


class SecretOfModelInSync(Plugin):
    def connection_form(self, connectivity_option):
        return OutboundSyncConfigurationForm.from_model(create_model("Answers", token=SecretStr))


class NumberForText(Plugin):
    def connection_form(self, connectivity_option):
        return ConnectResponse(connection_parameters={"batch_limit": 25})
