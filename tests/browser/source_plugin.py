"""A plugin that calls no app, and the sync whose form the tests of its first part fill."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession import DevelopmentSession
from devsession.errors import WarehouseError
from devsession.plugin import (
    UPSERT,
    FormFieldMappingSelector,
    FormOption,
    OutboundSyncConfigurationForm,
    OutboundSyncConfigurationParameters,
    PluginManifest,
    StaticFormOptionsDataSource,
)
from tests.open_plugin import OpenPlugin

if TYPE_CHECKING:
    from devsession.session.sync import Sync

CONTACTS = "(1, 'ada@example.com', 'Ada'), (2, 'bob@example.com', 'Bob')"
PEOPLE = "(1, 'ada@example.com', null), (7, 'cleo@example.com', 'c')"
TABLE = "create or replace table {} as select column1 as ID, column2 as EMAIL, column3 as {} from (values {})"
TABLES = (
    TABLE.format("CONTACTS", "FIRST_NAME", CONTACTS),
    TABLE.format("PEOPLE", "NICK", PEOPLE),
)
FIELDS = [
    FormOption(value="email", label="Email", required=True),
    FormOption(value="first_name", label="First name"),
]


class People(OpenPlugin):
    """Offers two fields."""

    def get_manifest(self) -> PluginManifest:
        return PluginManifest(
            plugin_id="people",
            plugin_name="People",
            developer_id="us",
            developer_name="Us",
            supported_outbound_strategies=[UPSERT],
        )

    def outbound_configuration_form(
        self, parameters: OutboundSyncConfigurationParameters
    ) -> OutboundSyncConfigurationForm:
        options = StaticFormOptionsDataSource(values=FIELDS)
        mapper = FormFieldMappingSelector(label="Fields", data_source=options)
        return OutboundSyncConfigurationForm(fields=[], mapper=mapper)


session = DevelopmentSession(People)


def declare() -> Sync:
    """What a cell declares, again and again: contacts by their number."""
    contacts = session.sync("contacts", source="CONTACTS", identifier="ID")
    contacts.fill(mapping={"email": "EMAIL", "first_name": "FIRST_NAME"})
    return contacts


def begin() -> Sync:
    """Two tables, and the sync of one."""
    session.connection.fill()
    for each in TABLES:
        session.account.execute(each)
    return declare()


def warehouse_goes() -> None:
    """From now on it answers nothing."""

    def gone(*_: object) -> None:
        raise WarehouseError("The warehouse is gone", next_step="run it again")

    vars(session.account)["rows"] = gone


def warehouse_comes() -> None:
    """It is back."""
    del vars(session.account)["rows"]
