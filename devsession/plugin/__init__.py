"""What a plugin author writes against: the contract, its forms, its parameters and outcomes.

`Source: sync contract` in its docstrings means the names and wire shapes that the one devkit which
exists for Snowflake's sync plugins speaks (omnata-plugin-runtime 0.14); "creating-plugins guide" is
its public guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.plugin.batches import managed_outbound_processing
from devsession.plugin.contract import (
    ConnectionMethod,
    ConnectResponse,
    InboundSyncConfigurationForm,
    OutboundSyncConfigurationForm,
    Plugin,
    PluginManifest,
)
from devsession.plugin.fields import (
    DynamicFormOptionsDataSource,
    FormCheckboxField,
    FormDropdownField,
    FormFieldMappingSelector,
    FormGpgKeypair,
    FormInputField,
    FormJinjaTemplate,
    FormOption,
    FormRadioField,
    FormSliderField,
    FormSnowflakeStageField,
    FormSshKeypair,
    FormTextAreaField,
    FormX509Certificate,
    InformationBoxField,
    InformationField,
    NewOptionCreator,
    StaticFormOptionsDataSource,
)
from devsession.plugin.jinja_filters import jinja_filter
from devsession.plugin.limits import ApiLimits, HttpRequestMatcher, RequestRateLimit
from devsession.plugin.mapping import (
    StoredFieldMapping,
    StoredFieldMappings,
    StoredJinjaTemplate,
    expression,
)
from devsession.plugin.oauth import OAuthAuthorizationCode, OAuthClientCredentials
from devsession.plugin.parameters import (
    ConnectionConfigurationParameters,
    InboundSyncConfigurationParameters,
    OutboundSyncConfigurationParameters,
    StoredConfigurationValue,
    SyncConfigurationParameters,
)
from devsession.plugin.record_matching import RecordMatching
from devsession.plugin.request_matching import RequestMatching
from devsession.plugin.strategies import (
    CREATE,
    DELETE,
    MIRROR,
    REPLACE,
    SEND,
    UPDATE,
    UPSERT,
    OutboundSyncStrategy,
    SyncAction,
)
from devsession.plugin.streams import (
    InboundSyncStrategy,
    StoredStreamConfiguration,
    StoredStreamsConfiguration,
    StreamConfiguration,
)

if TYPE_CHECKING:
    from devsession.plugin.inbound import InboundSyncRequest
    from devsession.plugin.outbound import OutboundSyncRequest
    from devsession.plugin.outcomes import Outcomes
    from devsession.plugin.stream_pool import managed_inbound_processing

__all__ = [
    "CREATE",
    "DELETE",
    "MIRROR",
    "REPLACE",
    "SEND",
    "UPDATE",
    "UPSERT",
    "ApiLimits",
    "ConnectResponse",
    "ConnectionConfigurationParameters",
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
    "HttpRequestMatcher",
    "InboundSyncConfigurationForm",
    "InboundSyncConfigurationParameters",
    "InboundSyncRequest",
    "InboundSyncStrategy",
    "InformationBoxField",
    "InformationField",
    "NewOptionCreator",
    "OAuthAuthorizationCode",
    "OAuthClientCredentials",
    "OutboundSyncConfigurationForm",
    "OutboundSyncConfigurationParameters",
    "OutboundSyncRequest",
    "OutboundSyncStrategy",
    "Outcomes",
    "Plugin",
    "PluginManifest",
    "RecordMatching",
    "RequestMatching",
    "RequestRateLimit",
    "StaticFormOptionsDataSource",
    "StoredConfigurationValue",
    "StoredFieldMapping",
    "StoredFieldMappings",
    "StoredJinjaTemplate",
    "StoredStreamConfiguration",
    "StoredStreamsConfiguration",
    "StreamConfiguration",
    "SyncAction",
    "SyncConfigurationParameters",
    "expression",
    "jinja_filter",
    "managed_inbound_processing",
    "managed_outbound_processing",
]

# Loaded when first used: importing a plugin must not bring pandas, nor what it does not use.
_HOMES = {
    "InboundSyncRequest": "devsession.plugin.inbound",
    "OutboundSyncRequest": "devsession.plugin.outbound",
    "Outcomes": "devsession.plugin.outcomes",
    "managed_inbound_processing": "devsession.plugin.stream_pool",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'devsession.plugin' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
