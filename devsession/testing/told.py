"""What a plugin's method returned, in a few words; a wrong thing is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.plugin.contract import PluginManifest
from devsession.plugin.fields import DynamicFormOptionsDataSource, FormFieldMappingSelector
from devsession.plugin.form.mapper import MAPPER
from devsession.plugin.limits import ApiLimits
from devsession.plugin.streams import StreamConfiguration, checked_stream_list
from devsession.render import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.plugin.contract import ConnectionMethod
    from devsession.plugin.form import Form


class WrongReturnError(Exception):
    """A method returned something else than its contract says."""


def manifest(returned: Any) -> str:
    """Raises: WrongReturnError, as all of these."""
    if not isinstance(returned, PluginManifest):
        raise _wrong(returned, "a PluginManifest")
    names = [strategy.name for strategy in returned.supported_outbound_strategies]
    inbound = ["inbound"] if returned.supports_inbound else []
    return f"{returned.plugin_id}: {', '.join([*names, *inbound]) or 'neither direction yet'}"


def methods(returned: Sequence[ConnectionMethod]) -> str:
    """The connection methods, which a form was made of already."""
    return ", ".join(f"{each.name} ({counted(len(each.fields), 'field')})" for each in returned)


def form(rendered: Form) -> str:
    """The fields, and those whose options could not be had without the app."""
    mapper = rendered.mapper
    listed = [*rendered.fields, *([type(mapper).__name__] if mapper else [])]
    asked = [
        name
        for name, field in rendered.fields.items()
        if isinstance(field.source, DynamicFormOptionsDataSource)
        and (name in rendered.errors or not rendered.is_asked(name))
    ]
    if isinstance(mapper, FormFieldMappingSelector) and (
        MAPPER in rendered.errors or not rendered.is_answered(mapper.depends_on)
    ):
        asked.append("the mapper")
    told = ", ".join(listed) or "no fields"
    return f"{told}; not tried: options of {', '.join(asked)}" if asked else told


def addresses(returned: Any) -> str:
    """What `network_addresses` names."""
    return ", ".join(_list_of(str, returned, "a list of texts")) or "none"


def limits(returned: Any) -> str:
    """The categories of `api_limits`."""
    found = _list_of(ApiLimits, returned, "a list of ApiLimits")
    return ", ".join(each.endpoint_category for each in found) or "none"


def streams(returned: Any) -> str:
    """The streams, in the order in which they are read."""
    found = _list_of(StreamConfiguration, returned, "a list of StreamConfiguration")
    return ", ".join(each.stream_name for each in checked_stream_list(found)) or "none"


def _list_of(kind: type[Any], returned: Any, wanted: str) -> list[Any]:
    if not isinstance(returned, list) or not all(isinstance(each, kind) for each in returned):
        raise _wrong(returned, wanted)
    return returned


def _wrong(returned: object, wanted: str) -> WrongReturnError:
    return WrongReturnError(f"it returned {type(returned).__name__}, not {wanted}")
