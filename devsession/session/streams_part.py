"""The streams on an inbound sync's page: one row each, as they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError
from devsession.notebook.form_parts import FormPart
from devsession.session.stream_table import HEADINGS

if TYPE_CHECKING:
    from devsession.session.inbound_sync import InboundSync
    from devsession.session.stream_table import StreamRow


class StreamsPart(FormPart):
    """A table to look at; `.fill(streams=..)` chooses.

    Message: `look_at_streams`, for the app's streams as they are now.
    """

    messages = ("look_at_streams",)

    def __init__(self, sync: InboundSync) -> None:
        self._sync = sync
        self._shown_for: object = None
        self._asked: tuple[tuple[StreamRow, ...], str] = ((), "")

    def shown(self) -> dict[str, Any]:
        """Headings, a row each, and what is wrong when the plugin lists none."""
        rows, problem = self._rows()
        return {
            "headings": list(HEADINGS),
            "rows": [list(row.shown) for row in rows],
            "problem": problem,
        }

    def receive(self, message: dict[str, Any]) -> str:  # noqa: ARG002 - there is one
        """Look again."""
        self._sync.look()
        return ""

    def facts(self) -> list[tuple[str, str]]:
        """Each stream, and how it is read, for a static picture."""
        rows, problem = self._rows()
        return [(row.name, row.text) for row in rows] or [("streams", problem)]

    def _rows(self) -> tuple[tuple[StreamRow, ...], str]:
        """The app is asked for its streams once for what is saved, and not with each click."""
        now = self._sync.record, self._sync.looks
        if self._shown_for != now:
            self._shown_for = now
            try:
                self._asked = self._sync.streams.rows, ""
            except DevsessionError as error:
                self._asked = (), error.what
        return self._asked
