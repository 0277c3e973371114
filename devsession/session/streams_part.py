"""The streams on an inbound sync's page: one row each, to choose whether and how it is read."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError, FormError
from devsession.notebook.form_parts import FormPart
from devsession.session.stream_choices import CHOICES, Looked, chosen_streams, look_at
from devsession.session.stream_row import about, chosen, offered
from devsession.session.stream_table import StreamRow
from devsession.session.stream_usual import usual

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from devsession.plugin.streams import StoredStreamsConfiguration, StreamConfiguration
    from devsession.session.inbound_sync import InboundSync

_NO_STREAM = "choose at least one stream"


class StreamsPart(FormPart):
    """A table to choose in; what is chosen is saved with the form.

    Messages: `read_streams` (names, read), `choose_stream` (name, choice, value: as JSON, "" for
    none), `include_new_streams` (value), `look_at_streams`, for the app's streams as they are now.
    """

    messages = ("read_streams", "choose_stream", "include_new_streams", "look_at_streams")

    def __init__(self, sync: InboundSync, when_picked: Callable[[], None] = lambda: None) -> None:
        self._sync = sync
        self._when_picked = when_picked
        self._shown_for: object = None
        self._asked: tuple[list[StreamConfiguration], dict[str, Any], str] = [], {}, ""

    def shown(self) -> dict[str, Any]:
        """A row each, what it offers to choose from, and what is wrong with the whole."""
        listed, states, problem = self._listed()
        wanted = self._wanted()
        looked = look_at(listed, wanted)
        read, needed_by = looked.read, _needed_by(listed, looked)
        choices = {
            stream.stream_name: offered(
                stream,
                wanted.get(stream.stream_name, {}),
                looked.wrong.get(stream.stream_name, {}),
            )
            for stream in listed
        }
        rows = [
            {
                "name": stream.stream_name,
                "read": stream.stream_name in read,
                "fixed": "mandatory" if stream.mandatory else needed_by.get(stream.stream_name, ""),
                "about": about(stream, states.get(stream.stream_name)),
                "choices": chosen(
                    stream,
                    wanted.get(stream.stream_name, {}),
                    choices[stream.stream_name] if stream.stream_name in read else (),
                ),
                "wrong": looked.wrong.get(stream.stream_name, {}),
            }
            for stream in listed
        ]
        return {
            "rows": [*rows, *map(_gone, sorted(wanted.keys() - {row["name"] for row in rows}))],
            "told": f"{len(read):,} of {len(listed):,} read",
            "include_new": self._sync.picks.include_new,
            "problem": problem or ("" if read else _NO_STREAM),
            "offered": choices,
        }

    def receive(self, message: dict[str, Any]) -> str:
        """Choose, or look again; says what is read besides."""
        listed, _, _ = self._listed()
        before, picks = self._looked().added, self._sync.picks
        match message:
            case {"type": "read_streams", "names": names, "read": are_read}:
                picks.read(listed, names, are_read=are_read)
            case {"type": "choose_stream", "name": name, "choice": choice, "value": value}:
                picks.choose(listed, name, choice, json.loads(value) if value else None)
            case {"type": "include_new_streams", "value": value}:
                picks.read_new(value)
            case _:
                self._sync.look()
        self._when_picked()
        added = {name: why for name, why in self._looked().added.items() if name not in before}
        return "\n".join(f"{name} is read too: {why}" for name, why in added.items())

    def on_change(self, tell: Callable[[str, bool], None]) -> None:
        """What a cell saves is seen here at once."""
        self._sync.picks.when_forgotten(lambda: tell("", False))

    def facts(self) -> list[tuple[str, str]]:
        """Each stream, and how it is read, for a static picture."""
        listed, _, problem = self._listed()
        looked = self._looked()
        rows = [
            StreamRow(
                looked.included.get(stream.stream_name) or usual(stream),
                stream.stream_name in looked.included,
                None,
            )
            for stream in listed
        ]
        wrong = {name: "; ".join(each.values()) for name, each in looked.wrong.items()}
        return [(row.name, wrong.get(row.name) or row.text) for row in rows] or [
            ("streams", problem)
        ]

    def picked(self) -> StoredStreamsConfiguration:
        """What is saved with the form; what is saved already while that cannot be."""
        listed, _, _ = self._listed()
        if not self._sync.picks.are_unsaved:
            return self._sync.record.streams
        with suppress(FormError):
            return chosen_streams(
                listed,
                self._wanted(),
                include_new_streams=self._sync.picks.include_new,
                where=self._sync.slug,
            ).streams
        return self._sync.record.streams

    def _wanted(self) -> dict[str, dict[str, Any]]:
        listed, _, _ = self._listed()
        return self._sync.picks.wanted(listed) if listed else {}

    def _looked(self) -> Looked:
        return look_at(self._listed()[0], self._wanted())

    def _listed(self) -> tuple[list[StreamConfiguration], dict[str, Any], str]:
        """The app's streams, their states so far, and why there are none.

        The app is asked for them once for what is saved, and not with each click.
        """
        now = self._sync.record, self._sync.looks
        if self._shown_for != now:
            self._shown_for = now
            try:
                self._asked = self._sync.streams_of_app(), dict(self._sync.tables.states()), ""
            except DevsessionError as error:
                self._asked = [], {}, error.what
        return self._asked


def _needed_by(listed: Sequence[StreamConfiguration], looked: Looked) -> dict[str, str]:
    """Why a stream has to be read: another one that is read depends on it."""
    return {
        stream.depends_on_stream: f"{stream.stream_name} depends on it"
        for stream in reversed(listed)
        if stream.depends_on_stream and stream.stream_name in looked.read
    }


def _gone(name: str) -> dict[str, Any]:
    """A stream that was chosen and that the app has no more."""
    wrong = {"stream": "the app has no such stream any more"}
    return {
        "name": name,
        "read": True,
        "fixed": "",
        "about": "",
        "choices": dict.fromkeys(CHOICES, ""),
        "wrong": wrong,
    }
