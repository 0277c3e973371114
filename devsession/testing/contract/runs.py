"""One run of the plugin against the app that stands in: what it came to, and all that was told."""

from __future__ import annotations

import contextlib
import io
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devsession.errors import StreamError
from devsession.testing.author_lines import line_of, line_raising
from devsession.testing.contract.stand_in import EndlessError
from devsession.testing.contract.telling import NotTriedError, flaw, said, trying
from devsession.testing.inbound_playing import call_inbound
from devsession.testing.playing import call_outbound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pandas import DataFrame

    from devsession.errors import PluginError
    from devsession.plugin.contract import Plugin
    from devsession.plugin.parameters import (
        InboundSyncConfigurationParameters,
        OutboundSyncConfigurationParameters,
    )
    from devsession.plugin.report import Report
    from devsession.plugin.streams import StoredStreamConfiguration
    from devsession.recording.received import Received
    from devsession.testing.contract.stand_in import StandIn

_MEND_RAISE = (
    "mend that line; where an answer of the app is to blame, catch it there, and "
    "outcomes.fail(identifier, message) for the records of that call"
)


@dataclass(frozen=True)
class OutboundRun:
    """A pass of `sync_outbound`. told: what it logged and printed."""

    records: DataFrame
    outcomes: DataFrame
    raised: BaseException | None
    app: StandIn
    told: str


@dataclass(frozen=True)
class InboundRun:
    """A pass of `sync_inbound`. report: what the rules for streams found."""

    received: Received
    report: Report
    raised: BaseException | None
    app: StandIn
    told: str


@dataclass(frozen=True)
class Called:
    """A call of another method."""

    returned: Any
    raised: BaseException | None
    app: StandIn
    told: str


def call(app: StandIn, method: Callable[[], Any]) -> Called:
    """Call a method while the app stands in."""
    with heard() as told, app, within(app):
        returned, raised = trying(method)
    return Called(returned, raised, app, told.getvalue())


def send(
    plugin_class: type[Plugin],
    parameters: OutboundSyncConfigurationParameters,
    records: DataFrame,
    app: StandIn,
) -> OutboundRun:
    """Have the plugin send records, as a run does."""
    from devsession.plugin.outbound import FrameRecords

    store = FrameRecords(records)
    with heard() as told, app, within(app):
        called = call_outbound(
            plugin_class,
            parameters,
            store,
            unrendered=lambda failed: store.apply(failed.to_frame()),
        )
    return OutboundRun(records, called.outcomes, called.error, app, told.getvalue())


def receive(
    plugin_class: type[Plugin],
    parameters: InboundSyncConfigurationParameters,
    streams: Sequence[StoredStreamConfiguration],
    app: StandIn,
    *,
    limit: int | None = None,
) -> InboundRun:
    """Have the plugin read streams, as a run does. limit: records that are asked for."""
    from devsession.plugin.inbound import InboundSyncRequest
    from devsession.recording.received import Received

    received = Received()
    request = InboundSyncRequest(streams, received, limit=limit)
    with heard() as told, app, within(app):
        raised = call_inbound(plugin_class, parameters, request)
    raised = None if isinstance(raised, StreamError) else raised  # it is in the report
    return InboundRun(received, request.report, raised, app, told.getvalue())


def wrong_outcomes(
    run: OutboundRun, plugin_class: type[Plugin], *, strategy: str, tried: str
) -> list[PluginError]:
    """What is wrong with how a run ended: what was raised, or each rule that outcomes break."""
    from devsession.plugin.outcome_rules import check_outcomes

    where = line_of(plugin_class, "sync_outbound")
    if run.raised is not None:
        where = line_raising(run.raised, plugin_class) or where
        what = f"sync_outbound raised {said(run.raised)}"
        return [flaw(what, tried=tried, where=where, next_step=_MEND_RAISE)]
    report = check_outcomes(run.outcomes, run.records, strategy=strategy)
    return [
        flaw(f"{found.text} ({found.rule})", tried=tried, where=where, next_step=found.fix)
        for found in report.errors
    ]


@contextlib.contextmanager
def within(app: StandIn) -> Iterator[None]:
    """Raises: NotTriedError when the plugin asks without end."""
    try:
        yield
    except EndlessError:
        asked = f"{app.heard[-1].method} {app.heard[-1].url.partition('?')[0]}"
        raise NotTriedError(
            f"the plugin asked the recordings without end, at last {asked}",
            "record a scenario in which the app says where its pages end",
        ) from None


class Told(io.StringIO):
    """What was logged and printed, in its order. logged: the records; printed: the rest alone."""

    def __init__(self) -> None:
        super().__init__()
        self.logged: list[logging.LogRecord] = []
        self.printed = _Printed(self)


class _Printed(io.StringIO):
    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told = told

    def write(self, text: str) -> int:
        self._told.write(text)
        return super().write(text)


@contextlib.contextmanager
def heard() -> Iterator[Told]:
    """All that is logged, whatever level is set, and printed, until the block ends.

    Nothing of it goes anywhere else. Of libraries only what an ordinary set-up would show.
    """
    told = Told()
    handler = _Heard(told)
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG)
    try:
        with contextlib.redirect_stdout(told.printed), contextlib.redirect_stderr(told.printed):
            yield told
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


class _Heard(logging.StreamHandler[Told]):
    _LIBRARIES = ("urllib3", "requests", "httpx", "httpcore", "aiohttp", "botocore", "asyncio")

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.INFO or not record.name.startswith(self._LIBRARIES):
            super().emit(record)
            self.stream.logged.append(record)
