"""Spellings that older plugins use: each means what it meant."""

from __future__ import annotations

import pytest
from omnata_plugin_runtime.configuration import (
    ConnectivityOption,
    CreateSyncAction,
    CreateSyncStrategy,
    InboundStorageBehaviour,
    MirrorSyncStrategy,
    UpsertSyncStrategy,
)
from omnata_plugin_runtime.forms import (
    ConnectionMethod,
    FormInputField,
    NgrokTunnelSettings,
    SecurityIntegrationTemplate,
)
from omnata_plugin_runtime.omnata_plugin import (
    ConnectResponse,
    OmnataPlugin,
    PluginManifest,
    managed_outbound_processing,
    omnata_udf,
)
from omnata_plugin_runtime.rate_limiting import get_ratelimit_retrying_http_session
from pandas import DataFrame
from requests import Session

from devsession.errors import NotCarriedOverError, PluginError
from devsession.plugin import (
    CREATE,
    MIRROR,
    UPSERT,
    OAuthAuthorizationCode,
    OAuthClientCredentials,
    OutboundSyncRequest,
    Outcomes,
    Plugin,
)
from devsession.plugin.outbound import FrameRecords

METHODS = [ConnectionMethod(name="Key", fields=[FormInputField(name="key", label="Key")])]
TOKEN = "https://app.example/token"


class Older(OmnataPlugin):
    def connection_form(self):
        return METHODS

    def apply_records(self, parameters, outbound_sync_request):
        return parameters, outbound_sync_request


class Newer(OmnataPlugin):
    def connection_form(self, connectivity_option):
        return [connectivity_option]

    def sync_outbound(self, parameters, outbound_sync_request):
        return "sync_outbound"

    def apply_records(self, parameters, outbound_sync_request):
        return "apply_records"


class Between(Older):
    """Derived from an older one, with its own records."""

    def apply_records(self, parameters, outbound_sync_request):
        return "its own"


class Managed(OmnataPlugin):
    """Says nothing of what the managed method returns."""

    def sync_outbound(self, parameters, outbound_sync_request):
        if parameters == "one frame":
            self.send(data_frame=outbound_sync_request.get_records())
        elif parameters == "frames":
            self.send(dataframe=outbound_sync_request.get_records(batched=True))
        else:
            self.send(outbound_sync_request.get_records())

    @managed_outbound_processing(concurrency=2, batch_size=2)
    def send(self, data_frame):
        if "3" in set(data_frame["IDENTIFIER"]):
            raise RuntimeError("refused")
        outcomes = Outcomes(data_frame)
        for identifier in data_frame["IDENTIFIER"]:
            outcomes.ok(identifier, f"at the app {identifier}")
        return outcomes.to_frame()


class AsksForASession(OmnataPlugin):
    """As plugins of several versions do."""

    def sync_outbound(self, parameters, outbound_sync_request):
        return [
            self.get_ratelimit_retrying_http_session(),
            outbound_sync_request.get_ratelimit_retrying_http_session(),
            get_ratelimit_retrying_http_session(retry_methods=["POST"], tries=3),
        ]


class Renamed(Managed):
    """The same, whose method calls the frame otherwise."""

    @managed_outbound_processing(2, 2)
    def send(self, dataframe):
        return Managed.send(self, dataframe)


def test_a_connection_form_without_an_argument_is_called_with_one_and_without() -> None:
    assert Older().connection_form("direct") is METHODS
    assert Older().connection_form(connectivity_option="ngrok") is METHODS
    assert Older().connection_form() is METHODS
    assert Between().connection_form("ngrok") is METHODS


def test_a_connection_form_with_its_argument_is_given_it() -> None:
    assert Newer().connection_form("ngrok") == ["ngrok"]


def test_apply_records_is_the_old_name_of_sync_outbound() -> None:
    assert Older().sync_outbound("parameters", "request") == ("parameters", "request")
    assert Older.has("sync_outbound")


def test_where_both_names_are_written_the_new_one_counts() -> None:
    assert Newer().sync_outbound("parameters", "request") == "sync_outbound"


def test_apply_records_of_a_derived_class_counts() -> None:
    assert Between().sync_outbound("parameters", "request") == "its own"


def test_a_method_that_is_not_written_is_told_as_everywhere() -> None:
    class Begun(OmnataPlugin):
        pass

    with pytest.raises(PluginError, match=r"Begun has no sync_outbound\(\) yet"):
        Begun().sync_outbound("parameters", "request")
    assert issubclass(Begun, Plugin)


def test_strategies_are_named_by_class_and_by_name() -> None:
    manifest = PluginManifest(
        plugin_id="older",
        plugin_name="Older",
        developer_id="us",
        developer_name="Us",
        supports_inbound=False,
        supported_outbound_strategies=[CreateSyncStrategy(), UpsertSyncStrategy(), "Mirror"],
        supported_connectivity_options=[ConnectivityOption.DIRECT, ConnectivityOption.NGROK],
    )

    assert manifest.supported_outbound_strategies == [CREATE, UPSERT, MIRROR]
    assert manifest.supported_connectivity_options == ["direct", "ngrok"]


def test_the_strategy_of_a_sync_is_an_instance_of_its_class() -> None:
    assert isinstance(MIRROR, MirrorSyncStrategy)
    assert not isinstance(MIRROR, CreateSyncStrategy)
    assert not isinstance("Mirror", MirrorSyncStrategy)


def test_an_action_is_the_text_that_records_have() -> None:
    assert CreateSyncAction() == "Create"


def test_a_storage_behaviour_is_its_text() -> None:
    assert InboundStorageBehaviour.MERGE == "merge"


def test_connect_may_answer_with_plain_values() -> None:
    response = ConnectResponse(
        connection_parameters={"account": "acme"}, connection_secrets={"token": "tok-1"}
    )

    assert response.connection_parameters["account"].value == "acme"
    assert response.connection_secrets["token"].value == "tok-1"


@pytest.mark.parametrize(
    ("options", "template"),
    [
        ({}, OAuthClientCredentials),
        ({"oauth_grant": "client_credentials"}, OAuthClientCredentials),
        ({"oauth_authorization_endpoint": TOKEN}, OAuthAuthorizationCode),
        (
            {"oauth_grant": "authorization_code", "oauth_authorization_endpoint": TOKEN},
            OAuthAuthorizationCode,
        ),
    ],
    ids=["neither", "named client", "endpoint", "named code"],
)
def test_a_security_integration_template_called_directly(
    options: dict[str, str], template: type
) -> None:
    made = SecurityIntegrationTemplate(
        oauth_docs_url="https://app.example/docs",
        oauth_client_id="client",
        oauth_token_endpoint=TOKEN,
        oauth_allowed_scopes=["read"],
        oauth_client_auth_method="CLIENT_SECRET_POST",
        **options,
    )

    assert type(made) is template
    assert made.oauth_client_auth_method == "client_secret_post"


def test_settings_of_a_tunnel_are_kept() -> None:
    assert NgrokTunnelSettings(service_name="crm", port=443).port == 443


def test_a_udf_stays_what_it_is() -> None:
    @omnata_udf
    def plain(value: int) -> int:
        return value + 1

    @omnata_udf(name_prefix="CRM")
    def with_options(value: int) -> int:
        return value + 2

    assert (plain(1), with_options(1)) == (2, 3)
    assert with_options.is_omnata_udf == {"name_prefix": "CRM"}


@pytest.mark.parametrize("given", ["one frame", "frames", "by its place"])
@pytest.mark.parametrize("plugin", [Managed, Renamed])
def test_outcomes_of_managed_processing_go_back_by_themselves(
    plugin: type[Plugin], given: str
) -> None:
    store = FrameRecords(DataFrame({"IDENTIFIER": ["1", "2", "3", "4", "5"]}))

    plugin().sync_outbound(given, OutboundSyncRequest(store))

    outcomes = store.outcomes.set_index("IDENTIFIER")
    assert outcomes["SUCCESS"].sort_index().tolist() == [True, True, False, False, True]
    assert "refused" in outcomes["RESULT"]["4"]


def test_what_managed_processing_gave_may_be_enqueued_and_returned_once_more() -> None:
    class Twice(Managed):
        def sync_outbound(self, parameters, outbound_sync_request):
            outcomes = self.send(outbound_sync_request.get_records(batched=True))
            outbound_sync_request.enqueue_results(outcomes)
            return outcomes

    store = FrameRecords(DataFrame({"IDENTIFIER": ["1", "2", "4"]}))

    returned = Twice().sync_outbound("parameters", OutboundSyncRequest(store))

    assert store.outcomes["APP_IDENTIFIER"].tolist() == returned["APP_IDENTIFIER"].tolist()
    assert sorted(returned["IDENTIFIER"]) == ["1", "2", "4"]


def test_managed_processing_called_in_a_cell_gives_the_outcomes() -> None:
    outcomes = Managed().send(data_frame=DataFrame({"IDENTIFIER": ["1", "2"]}))

    assert outcomes["APP_IDENTIFIER"].tolist() == ["at the app 1", "at the app 2"]


def test_managed_processing_cuts_the_first_of_two_frames() -> None:
    @managed_outbound_processing(concurrency=2, batch_size=2)
    def send(records: DataFrame, others: DataFrame) -> DataFrame:
        outcomes = Outcomes(records)
        for identifier in records["IDENTIFIER"]:
            outcomes.ok(identifier, f"of {len(others)}")
        return outcomes.to_frame()

    outcomes = send(DataFrame({"IDENTIFIER": ["1", "2", "3"]}), DataFrame({"IDENTIFIER": ["9"]}))

    assert sorted(outcomes["IDENTIFIER"]) == ["1", "2", "3"]  # batches come as they are done
    assert set(outcomes["APP_IDENTIFIER"]) == {"of 1"}


def test_a_retrying_session_is_had_from_plugin_request_and_module() -> None:
    request = OutboundSyncRequest(FrameRecords(DataFrame({"IDENTIFIER": []})))

    sessions = AsksForASession().sync_outbound("parameters", request)

    assert [isinstance(session, Session) for session in sessions] == [True] * 3


def test_an_option_of_the_session_that_is_not_carried_over_is_named() -> None:
    with pytest.raises(NotCarriedOverError, match="backoff_seconds is not carried over"):
        get_ratelimit_retrying_http_session(backoff_seconds=3)
