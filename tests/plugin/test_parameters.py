"""What plugin methods are given: values by name, secrets apart."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from devsession.errors import DevsessionError, UnknownNameError, UsageError
from devsession.plugin import (
    UPSERT,
    OutboundSyncConfigurationParameters,
    StoredConfigurationValue,
    StoredFieldMappings,
    expression,
)

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


@pytest.fixture
def parameters() -> OutboundSyncConfigurationParameters:
    return OutboundSyncConfigurationParameters(
        connection_method="API Key",
        connection_parameters={"tenant_url": "https://acme.test", "region": "eu"},
        connection_secrets={"api_key": "hush"},
        sync_parameters={"object": {"value": "contact", "metadata": {"id": 7}}, "region": "us"},
        sync_strategy="Upsert",
        field_mappings=StoredFieldMappings.from_dict(
            {"email": "EMAIL", "name": expression("FIRST || LAST")}
        ),
    )


def test_a_name_gives_the_plain_value(parameters: OutboundSyncConfigurationParameters) -> None:
    assert parameters["object"] == "contact"
    assert parameters["tenant_url"] == "https://acme.test"
    assert parameters.secret("api_key") == "hush"


def test_getters_give_the_stored_value(parameters: OutboundSyncConfigurationParameters) -> None:
    assert parameters.get_sync_parameter("object").metadata == {"id": 7}
    assert parameters.get_connection_parameter("region").value == "eu"
    assert parameters.get_connection_secret("api_key").value == "hush"


def test_getters_take_a_default(parameters: OutboundSyncConfigurationParameters) -> None:
    default = StoredConfigurationValue(value="none")
    assert parameters.get_sync_parameter("pipeline", "none") == default
    assert parameters.get_current_form_parameter("pipeline", "none") == default
    assert parameters.get_connection_secret("token", "none").value == "none"


def test_membership_is_what_a_name_would_find(
    parameters: OutboundSyncConfigurationParameters,
) -> None:
    assert "object" in parameters
    assert "api_key" not in parameters
    assert "connection_method" not in parameters


def test_a_name_of_sync_and_connection_names_both_getters(
    parameters: OutboundSyncConfigurationParameters, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UsageError) as error:
        parameters["region"]
    assert str(error.value) == snapshot


def test_a_secret_is_no_parameter(
    parameters: OutboundSyncConfigurationParameters, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UnknownNameError) as error:
        parameters["api_key"]
    assert str(error.value) == snapshot


def test_an_unknown_name_offers_the_nearest(
    parameters: OutboundSyncConfigurationParameters, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UnknownNameError) as error:
        parameters["tenent_url"]
    assert str(error.value) == snapshot


def test_an_unknown_name_of_a_getter(
    parameters: OutboundSyncConfigurationParameters, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UnknownNameError) as error:
        parameters.get_sync_parameter("objekt")
    assert str(error.value) == snapshot


def test_an_unknown_secret(
    parameters: OutboundSyncConfigurationParameters, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UnknownNameError) as error:
        parameters.secret("apikey")
    assert str(error.value) == snapshot


def test_secrets_are_shown_nowhere(parameters: OutboundSyncConfigurationParameters) -> None:
    shown = [parameters, parameters.connection_secrets, parameters.get_connection_secret("api_key")]
    assert "hush" not in f"{shown} {parameters}"


def test_json_comes_back_the_same_and_without_secrets(
    parameters: OutboundSyncConfigurationParameters,
) -> None:
    text = parameters.model_dump_json()
    read = OutboundSyncConfigurationParameters.model_validate_json(text)
    assert "hush" not in text
    assert read.connection_secrets == {}
    assert read.with_secrets({"api_key": "hush"}) == parameters


def test_parameters_reach_another_process(parameters: OutboundSyncConfigurationParameters) -> None:
    assert pickle.loads(pickle.dumps(parameters)) == parameters


def test_a_strategy_is_taken_by_its_name(parameters: OutboundSyncConfigurationParameters) -> None:
    assert parameters.sync_strategy == UPSERT


def test_parameters_do_not_change(
    parameters: OutboundSyncConfigurationParameters, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(UsageError) as error:
        parameters.connection_secrets = {"api_key": "hush too"}
    assert str(error.value) == snapshot


def test_a_wrong_value_is_not_shown(snapshot: SnapshotAssertion) -> None:
    with pytest.raises(DevsessionError) as error:
        StoredConfigurationValue(value=["hush"])
    assert "hush" not in str(error.value)
    assert error.value.fields["problems"] == snapshot
