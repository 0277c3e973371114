"""A plugin that lists streams of every kind, and the form in which they are chosen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from devsession import DevelopmentSession
from devsession.notebook.form_widget import FormWidget
from devsession.plugin import (
    InboundSyncConfigurationForm,
    StoredStreamsConfiguration,
    StreamConfiguration,
)
from devsession.plugin.form import Form
from devsession.session.stream_choices import chosen_streams
from devsession.session.stream_picks import StreamPicks
from devsession.session.streams_part import StreamsPart
from tests.open_plugin import PAGE_SIZE, OpenStreams

if TYPE_CHECKING:
    from devsession.session.inbound_sync import InboundSync

BOTH = ["Full Refresh", "Incremental"]
TEXT = {"type": "string"}
OWNER = {"type": "object", "properties": {"id": TEXT, "name": TEXT}}
CONTACT = {"properties": {"id": TEXT, "email": TEXT, "updated_at": TEXT, "owner": OWNER}}


def stream(name: str, *strategies: str, **more: Any) -> StreamConfiguration:
    """A stream that is read in these ways, or in both."""
    supported = list(strategies) or BOTH
    return StreamConfiguration(stream_name=name, supported_sync_strategies=supported, **more)


STREAMS = [
    stream("account", "Full Refresh", mandatory=True, source_defined_primary_key="id"),
    stream("contact", json_schema=CONTACT),
    stream("note"),
    stream("project", source_defined_primary_key="id", default_cursor_field="updated_at"),
    stream(
        "task",
        "Incremental",
        source_defined_cursor=True,
        source_defined_primary_key=["project_id", "id"],
        depends_on_stream="project",
    ),
    stream("a stream whose name the app has made rather long", json_schema=CONTACT),
]
MANY = [stream(f"stream {number:03}", json_schema=CONTACT) for number in range(200)]


class Listing(OpenStreams):
    """In this file, so that no other file counts when it is looked whether the plugin was saved."""

    streams = STREAMS


def begin(streams: list[StreamConfiguration] = STREAMS) -> InboundSync:
    """A new sync of these streams, which nobody has filled."""
    session = DevelopmentSession(Listing)
    session.connection.fill()
    Listing.streams = streams
    return session.sync(f"{len(streams)} streams", direction="inbound")


class Standing:
    """What the page asks of a sync, without a session: for its picture."""

    looks = 0
    filled = True

    def __init__(self, streams: StoredStreamsConfiguration) -> None:
        self.record = SimpleNamespace(streams=streams)
        self.picks = StreamPicks(self)
        states = {"project": {"updated_at": "2026-03-01T09:30:00Z"}}
        self.tables = SimpleNamespace(states=lambda: states)

    def streams_of_app(self) -> list[StreamConfiguration]:
        return STREAMS


def chosen() -> FormWidget:
    """Some of the streams are read, one of them in a way that cannot be."""
    asked = {"contact": {"key": "id"}, "task": {}, "note": {}}
    sync = Standing(chosen_streams(STREAMS, asked, where="the gallery").streams)
    sync.picks.choose(STREAMS, "note", "strategy", "Incremental")
    form = Form(
        InboundSyncConfigurationForm(fields=[PAGE_SIZE]),
        title="the form of the sync streams",
        parameters=lambda form: form,
        redact=lambda text: text,
    )
    return FormWidget(
        form,
        title="Sync streams",
        on_save=str,
        fill_call=lambda: "streams.fill(..)",
        parts={"streams": StreamsPart(sync)},
    )
