"""Handing over what waits in the inbox: a few events at a time, each until it is finished or has failed."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError
from devsession.openmetadata.events.handler import Handled, hand_over
from devsession.openmetadata.events.inbox import Outcome
from devsession.openmetadata.events.inbox_file import DONE, FAILED, LEFT_OUT, WAITING, event_in
from devsession.openmetadata.events.log import log_handled, log_trouble
from devsession.openmetadata.steps.causes import cause_of
from devsession.render import counted

if TYPE_CHECKING:
    from devsession.openmetadata.events.handler import EventHandler
    from devsession.openmetadata.events.inbox import Inbox
    from devsession.openmetadata.events.lanes import Lanes
    from devsession.openmetadata.events.limits import Limits
    from devsession.openmetadata.model.change_event import ChangeEvent
    from devsession.secrets.redact import Redactor

_DISK_SECONDS = 1.0
_UNREADABLE_SECONDS = 60.0
_LONGEST_TOLD = 10_000


class Hands:
    """The threads that call the handler; they end with the process, whatever it waits for."""

    def __init__(
        self, handler: EventHandler, inbox: Inbox, lanes: Lanes, limits: Limits, redactor: Redactor
    ) -> None:
        self._handler, self._inbox, self._lanes = handler, inbox, lanes
        self._limits, self._redactor = limits, redactor
        self._step = type(handler).__name__
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name=f"{self._step}-{number}", daemon=True)
            for number in range(limits.at_once)
        ]

    def start(self) -> None:
        """Begin with what waits."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Take no other event, and wait for those that are being handled."""
        self._stopping.set()
        self._lanes.end()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (taken := self._lanes.take()) is not None:
            lane, place = taken
            try:
                kept = self._inbox.kept(place)
                event = event_in(kept.body)
            except (sqlite3.Error, ValueError, DevsessionError) as error:
                log_trouble("an event cannot be read from the inbox", str(error))
                self._lanes.later(lane, place, _UNREADABLE_SECONDS)
            else:
                self._one(lane, place, event, kept.attempts)

    def _one(self, lane: str, place: int, event: ChangeEvent, failed: int) -> None:
        try:
            handled = _with_its_line(hand_over(self._handler, event))
        except BaseException as error:  # noqa: BLE001 - SystemExit of an author's code, say
            handled = Handled(event.id, success=False, result={"error": repr(error)})
        told = self._told(handled.result) if handled is not None else "{}"
        cause, then = "", ""
        if handled is None:
            outcome = Outcome(LEFT_OUT, failed)
        elif handled.success:
            outcome = Outcome(DONE, failed + 1, told)
        else:
            cause = self._redactor.text(str(handled.result["error"]))
            last = failed + 1 >= self._limits.attempts
            outcome = Outcome(FAILED if last else WAITING, failed + 1, told)
            tried = f"attempt {failed + 1} of {self._limits.attempts}"
            then = tried if last else f"{tried}, again in {self._limits.wait(failed + 1):g} s"
        self._note(event, lane, place, outcome)
        state = "failed" if cause else outcome.state
        log_handled(event, self._step, state, cause, then)

    def _note(self, event: ChangeEvent, lane: str, place: int, outcome: Outcome) -> None:
        """Have it stand on disk; until it does, the event stays in these hands."""

        def let_go() -> None:
            if outcome.state == WAITING:
                self._lanes.later(lane, place, self._limits.wait(outcome.attempts))
            else:
                self._lanes.done(lane, place)

        while True:
            try:
                self._inbox.end(place, outcome, let_go).result()
            except sqlite3.Error as error:
                log_trouble("what became of an event cannot be stored", str(error), event.id)
                if self._stopping.wait(_DISK_SECONDS):
                    return  # it waits on disk, and is handed over again by the next receiver
            else:
                return

    def _told(self, result: dict[str, Any]) -> str:
        """What a handler said as JSON: without secrets, and bounded."""
        try:
            plain = json.loads(json.dumps(result, default=str))
        except Exception as error:  # noqa: BLE001 - whatever the author's objects raise
            plain = {"result": f"it is no JSON: {type(error).__name__}"}
        text = json.dumps(self._redactor.value(plain))
        if len(text) > _LONGEST_TOLD:
            size = counted(len(text), "character")
            return json.dumps({"beginning": text[: _LONGEST_TOLD // 2], "cut": f"of {size}"})
        return text


def _with_its_line(handled: Handled | None) -> Handled | None:
    """An outcome as it is kept here: who mends the handler wants the line, too."""
    if handled is None or not isinstance(handled.raised, Exception):
        return handled
    return replace(
        handled, result={**handled.result, "error": cause_of(handled.raised, handled.place)}
    )
