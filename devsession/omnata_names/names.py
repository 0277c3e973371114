"""Where the dialect's names lead: a table, and the error of what is not in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import NotCarriedOverError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection

PACKAGE = "omnata_plugin_runtime"

Home = tuple[str, str]
"""A module of ours, and the name in it."""


def _of(home: str, *names: str, **other: str) -> dict[str, Home]:
    """Names that are ours as well, and those that are called otherwise here."""
    return {name: (home, name) for name in names} | {
        name: (home, ours) for name, ours in other.items()
    }


MODULES: dict[str, dict[str, Home]] = {
    "forms": _of(
        "devsession.plugin",
        "ConnectionMethod",
        "DynamicFormOptionsDataSource",
        "FormCheckboxField",
        "FormDropdownField",
        "FormFieldMappingSelector",
        "FormGpgKeypair",
        "FormInputField",
        "FormJinjaTemplate",
        "FormOption",
        "FormRadioField",
        "FormSliderField",
        "FormSnowflakeStageField",
        "FormSshKeypair",
        "FormTextAreaField",
        "FormX509Certificate",
        "InboundSyncConfigurationForm",
        "InformationBoxField",
        "InformationField",
        "NewOptionCreator",
        "OutboundSyncConfigurationForm",
        "StaticFormOptionsDataSource",
        SecurityIntegrationTemplateAuthorizationCode="OAuthAuthorizationCode",
        SecurityIntegrationTemplateClientCredentials="OAuthClientCredentials",
    )
    | _of("devsession.omnata_names.oauth", "SecurityIntegrationTemplate")
    | _of("devsession.omnata_names.kept", "NgrokTunnelSettings"),
    "configuration": _of(
        "devsession.plugin",
        "ConnectionConfigurationParameters",
        "InboundSyncConfigurationParameters",
        "InboundSyncStrategy",
        "OutboundSyncConfigurationParameters",
        "OutboundSyncStrategy",
        "StoredConfigurationValue",
        "StoredFieldMapping",
        "StoredFieldMappings",
        "StoredJinjaTemplate",
        "StoredStreamConfiguration",
        "StreamConfiguration",
        "SyncConfigurationParameters",
        InboundSyncStreamsConfiguration="StoredStreamsConfiguration",
    )
    | _of("devsession.omnata_names.choices", "ConnectivityOption", "InboundStorageBehaviour")
    | _of(
        "devsession.omnata_names.strategies",
        "CreateSyncAction",
        "CreateSyncStrategy",
        "DeleteSyncAction",
        "DeleteSyncStrategy",
        "MirrorSyncStrategy",
        "RecreateSyncAction",
        "ReplaceSyncStrategy",
        "SendSyncAction",
        "SendSyncStrategy",
        "UpdateSyncAction",
        "UpdateSyncStrategy",
        "UpsertSyncStrategy",
    ),
    "omnata_plugin": _of(
        "devsession.plugin",
        "ConnectResponse",
        "InboundSyncRequest",
        "OutboundSyncRequest",
        "PluginManifest",
        "jinja_filter",
        "managed_inbound_processing",
    )
    | _of("devsession.omnata_names.plugin", "OmnataPlugin")
    | _of("devsession.omnata_names.batches", "managed_outbound_processing")
    | _of("devsession.omnata_names.kept", "omnata_udf", "omnata_udtf"),
    "api": {},
    "rate_limiting": _of("devsession.plugin", "ApiLimits", "HttpRequestMatcher", "RequestRateLimit")
    | _of("devsession.omnata_names.http", "get_ratelimit_retrying_http_session")
    | _of("devsession.errors", DeadlineReachedException="DeadlineError"),
    "logging": _of("logging", "getLogger", "Logger"),
}
"""Module -> its names and where they lead."""

EVERYWHERE: dict[str, Home] = {
    name: home for names in MODULES.values() for name, home in names.items()
}
"""Names have moved between the modules from version to version: each module gives them all."""


_LEAVE_OUT = (
    "write that part without it, or import it inside try .. except ImportError; "
    "help(devsession.plugin) lists what there is"
)
_INSTEAD = {
    "OmnataPluginLogHandler": "log with Python's logging: devsession shows and keeps it",
    "OutboundSyncAction": "an action is a text: OutboundSyncStrategy(name=.., new='Archive')",
    "RateLimitState": "leave it out: a session keeps the limits of api_limits by itself",
    "RateLimitedSession": "get_ratelimit_retrying_http_session() of rate_limiting gives one",
}
"""What there is instead of a name that is known and not carried over."""


def not_carried_over(name: str, where: str, *, known: Collection[str]) -> NotCarriedOverError:
    """The error of a name, or of a module, that devsession does not have."""
    from devsession.plugin.definition import author_line

    return NotCarriedOverError(
        f"{where}: {name!r} is not carried over to devsession",
        tried=did_you_mean(name, known) if known and name not in _INSTEAD else "",
        where=author_line(ours=("devsession", "importlib")),
        next_step=_INSTEAD.get(name, _LEAVE_OUT),
        name=name,
    )
