"""Definitions that cannot be: each mistake names its line in the plugin and the way out."""

from __future__ import annotations

import pydoc
from typing import TYPE_CHECKING

import pytest

from devsession.errors import DefinitionError, PluginError
from devsession.plugin import FormInputField, Plugin, PluginManifest

from .acme import AcmeCRM
from .broken import plugins

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

BROKEN = [
    value
    for value in vars(plugins).values()
    if getattr(value, "__module__", "") == plugins.__name__
]


@pytest.mark.parametrize("plugin", BROKEN, ids=lambda plugin: plugin.__name__)
def test_a_broken_definition(plugin: type[Plugin], snapshot: SnapshotAssertion) -> None:
    with pytest.raises(DefinitionError) as error:
        plugin().connection_form("direct")
    assert str(error.value) == snapshot


@pytest.mark.parametrize(
    "method",
    ["get_manifest", "connection_form", "connect", "outbound_configuration_form", "sync_outbound"],
)
def test_a_method_that_is_not_written_yet(method: str, snapshot: SnapshotAssertion) -> None:
    class Unwritten(Plugin):
        pass

    arguments = {"get_manifest": (), "sync_outbound": (None, None)}.get(method, (None,))
    with pytest.raises(PluginError) as error:
        getattr(Unwritten(), method)(*arguments)
    assert str(error.value) == snapshot


def test_a_plugin_knows_which_methods_are_written() -> None:
    assert AcmeCRM.has("connection_form")
    assert not AcmeCRM.has("sync_outbound")


def test_a_manifest_takes_strategies_by_name_or_as_they_are() -> None:
    manifest = AcmeCRM().get_manifest()
    by_name = PluginManifest.model_validate_json(
        '{"plugin_id": "acme_crm", "plugin_name": "Acme CRM", "developer_id": "us",'
        ' "developer_name": "Us", "supported_outbound_strategies": ["Upsert"]}'
    )
    assert manifest == by_name


def test_a_definition_outside_of_a_function_names_its_line() -> None:
    with pytest.raises(DefinitionError) as error:
        exec(
            compile("\n\nFormInputField()", "plugin.py", "exec"), {"FormInputField": FormInputField}
        )
    assert error.value.where == "plugin.py, line 3"


def test_help_tells_what_each_option_is_for_and_nothing_of_pydantic() -> None:
    told = pydoc.plain(pydoc.render_doc(FormInputField))

    assert "FormInputField(*, name: str, label: str, required: bool = False, " in told
    assert " |      label: str  # what people read\n" in told
    assert "pydantic_" not in told
