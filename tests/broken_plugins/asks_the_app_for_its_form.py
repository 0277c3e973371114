"""The form itself asks the app, so that it cannot be shown while the app refuses."""

from typing import Any

from devsession.plugin import (
    FormDropdownField,
    OutboundSyncConfigurationForm,
    StaticFormOptionsDataSource,
)
from tests.broken_plugins.good import Sender

CHECK = "test_options_fail_at_their_field"


class Broken(Sender):
    def outbound_configuration_form(self, parameters: Any) -> Any:
        objects = StaticFormOptionsDataSource(values=self.objects(parameters))
        return OutboundSyncConfigurationForm(
            fields=[FormDropdownField(name="object", label="Object", data_source=objects)],
            mapper=super().outbound_configuration_form(parameters).mapper,
        )
