"""The base class of a plugin in the Omnata dialect."""

from __future__ import annotations

from functools import update_wrapper
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

from devsession.omnata_names.batches import handing_back
from devsession.omnata_names.http import get_ratelimit_retrying_http_session
from devsession.plugin.contract import Plugin

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.plugin.contract import ConnectionMethod

_PLACES = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD, Parameter.VAR_POSITIONAL)


class OmnataPlugin(Plugin):
    """Our base class, which takes the spellings of older plugins besides.

    `connection_form(self)` without the connectivity option, and `apply_records`, which is
    `sync_outbound` today. What managed processing gives goes back by itself.

    Source: creating-plugins guide, steps 4 and 8.
    """

    get_ratelimit_retrying_http_session = staticmethod(get_ratelimit_retrying_http_session)

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        written: Any = cls
        if cls.has("apply_records") and not cls.has("sync_outbound"):
            written.sync_outbound = _by_its_old_name
        for name in ("sync_outbound", "sync_inbound"):
            if name in vars(cls):
                setattr(cls, name, handing_back(getattr(cls, name)))
        if _takes_only_self(cls.connection_form):
            written.connection_form = _with_connectivity(written.connection_form)


def _by_its_old_name(self: Any, parameters: object, outbound_sync_request: object) -> object:
    returned: object = self.apply_records(parameters, outbound_sync_request)
    return returned


def _takes_only_self(method: Callable[..., object]) -> bool:
    return sum(each.kind in _PLACES for each in signature(method).parameters.values()) == 1


def _with_connectivity(
    written: Callable[[Any], list[ConnectionMethod]],
) -> Callable[..., list[ConnectionMethod]]:
    def connection_form(
        self: Any,
        connectivity_option: str = "direct",  # noqa: ARG001 - which is the same for each
    ) -> list[ConnectionMethod]:
        return written(self)

    update_wrapper(connection_form, written)
    del connection_form.__wrapped__  # type: ignore[attr-defined]  # its arguments are not these
    return connection_form
