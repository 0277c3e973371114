"""A form's field depends on one that is not there."""

from typing import Any

from devsession.plugin import (
    DynamicFormOptionsDataSource,
    FormFieldMappingSelector,
    OutboundSyncConfigurationForm,
)
from tests.broken_plugins.good import Sender

CHECK = "test_its_forms_build"


class Broken(Sender):
    def outbound_configuration_form(self, parameters: Any) -> Any:
        return OutboundSyncConfigurationForm(
            fields=super().outbound_configuration_form(parameters).fields,
            mapper=FormFieldMappingSelector(
                label="Fields",
                depends_on="objekt",
                data_source=DynamicFormOptionsDataSource(source_function=self.object_fields),
            ),
        )
