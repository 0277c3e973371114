"""Managed inbound processing: an author's function called for one stream at a time, side by side."""

from __future__ import annotations

import inspect
import traceback
from concurrent.futures import FIRST_COMPLETED, wait
from contextvars import copy_context
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devsession.errors import (
    DeadlineError,
    DefinitionError,
    DevsessionError,
    PluginRaisedError,
    RecordingError,
    UsageError,
)
from devsession.http.deadline import Deadline, current_deadline, look_again, until
from devsession.plugin import managed
from devsession.plugin.definition import author_line
from devsession.plugin.inbound import InboundSyncRequest, LimitReached
from devsession.plugin.streams import StoredStreamConfiguration, in_dependency_order
from devsession.plugin.workers import Workers
from devsession.render import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future

_KEYWORDS = ("stream", "streams")
_LONGEST_MESSAGE = 2_000


def managed_inbound_processing(
    concurrency: int,
) -> Callable[[Callable[..., object]], Callable[..., None]]:
    """Let a function that reads one stream be called for each of several, side by side.

    Called with a list of streams, as `request.streams` gives it, in any place or as `streams=`, it
    is called with one of them in that place, or as `stream=`. Called with the request alone it reads
    its streams, as `stream=`. concurrency: streams at a time, each in a thread with the caller's
    context variables; one at a time where a limit of records ends the run. A stream that depends on
    another one waits until that is read.

    A stream fails alone: the others go on, but for those that depend on it, and an error names it
    at the end. One that returns was read to its end, and is marked so unless it did it itself. The
    deadline, Ctrl-C and a limit of records end all of them, each after the page that it is at.

    Raises:
        DefinitionError: concurrency is no whole number from 1 on.
        UsageError: from the function: no streams were given.
        PluginRaisedError: from the function: streams failed, which it names.
    Source: sync contract, managed processing.
    """
    if not isinstance(concurrency, int) or isinstance(concurrency, bool) or concurrency < 1:
        raise DefinitionError(
            "managed_inbound_processing is not valid",
            tried="concurrency is no whole number from 1 on",
            where=author_line(),
            next_step="write @managed_inbound_processing(concurrency=4) over the method",
        )

    def decorate(function: Callable[..., object]) -> Callable[..., None]:
        @wraps(function)
        def called(*args: Any, **kwargs: Any) -> None:
            _Streams(_call(function, args, kwargs), concurrency).read()

        return called

    return decorate


@dataclass(frozen=True)
class _Call:
    """A call that was given streams. place: where they stand; None: as the request has them."""

    function: Callable[..., object]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    place: int | str | None
    streams: list[StoredStreamConfiguration]
    request: InboundSyncRequest | None

    def on(self, stream: StoredStreamConfiguration) -> None:
        """Call it with this stream instead."""
        if isinstance(self.place, int):
            self.function(
                *self.args[: self.place], stream, *self.args[self.place + 1 :], **self.kwargs
            )
            return
        others = {name: value for name, value in self.kwargs.items() if name != self.place}
        self.function(*self.args, **{_taken_as(self.function, self.place): stream}, **others)


def _call(
    function: Callable[..., object], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> _Call:
    arguments: list[tuple[int | str, Any]] = [*enumerate(args), *kwargs.items()]
    requests = [value for _, value in arguments if isinstance(value, InboundSyncRequest)]
    request = requests[0] if requests else None
    for place, value in arguments:
        streams = _streams(value, named=place in _KEYWORDS)
        if streams is not None:
            return _Call(function, args, kwargs, place, streams, request)
    if request is None:
        name = getattr(function, "__name__", type(function).__name__)
        raise UsageError(
            f"{name}() was called without streams",
            tried="arguments: "
            + (", ".join(type(value).__name__ for _, value in arguments) or "none"),
            where=f"{name}(), under @managed_inbound_processing",
            next_step=f"self.{name}(parameters, inbound_sync_request.streams, inbound_sync_request)",
        )
    return _Call(function, args, kwargs, None, request.streams, request)


def _streams(value: object, *, named: bool) -> list[StoredStreamConfiguration] | None:
    if isinstance(value, StoredStreamConfiguration):
        return [value]
    if not isinstance(value, list | tuple) or not (value or named):
        return None
    return (
        list(value) if all(isinstance(each, StoredStreamConfiguration) for each in value) else None
    )


def _taken_as(function: Callable[..., object], place: int | str | None) -> str:
    """The name under which the function takes a stream that was given as `streams=`."""
    known = inspect.signature(function).parameters
    return (
        place if isinstance(place, str) and place in known and "stream" not in known else "stream"
    )


class _UntilStopped(Deadline):
    """The deadline of a place, which this pool can let pass before: waits end at once, too."""

    def __init__(self, outer: Deadline) -> None:
        super().__init__()
        self._outer = outer

    def left(self) -> float:
        return min(super().left(), self._outer.left())

    @property
    def limit(self) -> str:
        return self._outer.limit

    def patience(self) -> float:
        return self._outer.patience()

    def check(self) -> None:
        self._outer.check()
        super().check()


class _Streams:
    """The streams of one call, until all that can be read are read."""

    def __init__(self, call: _Call, concurrency: int) -> None:
        self._call = call
        self._request = call.request
        self._redact = call.request.secrets.redact if call.request else managed.current().redact
        # Which records come first is to be the same each time: a scenario's test plays them again.
        limited = call.request is not None and call.request.limit is not None
        self._concurrency = 1 if limited else concurrency
        self._waiting = {each.stream_name: each for each in in_dependency_order(call.streams)}
        self._in_flight: dict[Future[None], str] = {}
        self._failed: dict[str, BaseException | str] = {}
        self._until = _UntilStopped(current_deadline())
        # What ends all of it, by itself: Ctrl-C, a limit, the deadline.
        self._end: BaseException | None = None

    def read(self) -> None:
        """Read them, and tell at the end which failed."""
        total = len(self._waiting)
        with until(self._until):
            pool = Workers(self._concurrency, "stream")
            try:
                self._read_all(pool)
            finally:
                pool.shutdown()
        if self._failed and (self._end is None or isinstance(self._end, DeadlineError)):
            raise self._error(total)
        if self._end is not None:
            raise self._end

    def _read_all(self, pool: Workers) -> None:
        while True:
            try:
                self._begin(pool)
                if not self._in_flight:
                    return
                done = self._first_done()
            except KeyboardInterrupt as error:
                if isinstance(self._end, KeyboardInterrupt):
                    raise  # asked for twice: without waiting
                self._stop(error)
                continue
            for future in done:
                self._ended(self._in_flight.pop(future), future.exception())
            if not done:
                self._give_up()

    def _first_done(self) -> set[Future[None]]:
        """None when those that are read are not waited for any more."""
        while True:
            patience = self._until.patience()
            look = look_again(patience)
            done, _ = wait(self._in_flight, timeout=look, return_when=FIRST_COMPLETED)
            if done or not patience:
                return done

    def _give_up(self) -> None:
        """Let go of streams that hang, with what a state covers of them, and begin no other."""
        told = f"no answer within the run's time limit of {self._until.limit}"
        self._stop(DeadlineError(told, next_step="run it again to go on"))
        for name in self._in_flight.values():
            self._failed[name] = told
            if self._request is not None:
                self._request.give_up_stream(name)
        self._in_flight.clear()

    def _begin(self, pool: Workers) -> None:
        """Hand out what waits for nothing any more."""
        for name, stream in list(self._waiting.items()):
            needed = stream.stream.depends_on_stream
            if self._end is not None or needed in self._failed:
                del self._waiting[name]
                if self._end is None:
                    self._failed[name] = f"not read: it depends on {needed!r}, which failed"
            elif len(self._in_flight) == self._concurrency:
                return
            elif needed not in self._waiting and needed not in self._in_flight.values():
                del self._waiting[name]
                self._in_flight[pool.submit(copy_context().run, self._read, stream)] = name

    def _read(self, stream: StoredStreamConfiguration) -> None:
        self._until.check()
        request, name = self._request, stream.stream_name
        if request is not None:
            request.mark_stream_started(name)
        self._call.on(stream)
        if request is not None and not request.progress[name].complete:
            request.mark_stream_complete(name)

    def _ended(self, name: str, error: BaseException | None) -> None:
        if error is None or (self._end is not None and isinstance(error, DeadlineError)):
            return
        if isinstance(error, LimitReached | DeadlineError | KeyboardInterrupt):
            self._stop(error)
            return
        self._failed[name] = error
        if self._request is not None:
            self._request.give_up_stream(name)

    def _stop(self, error: BaseException) -> None:
        self._end = self._end or error
        self._until.cancel()

    def _error(self, total: int) -> Exception:
        for error in self._failed.values():
            if isinstance(error, RecordingError):  # what was not recorded says nothing of a stream
                return error
        told = {name: self._told(error) for name, error in self._failed.items()}
        names = ", ".join(map(repr, told))
        what = (
            f"{len(told)} of {total} streams failed: {names}"
            if total > 1
            else f"stream {names} failed"
        )
        return PluginRaisedError(
            what,
            said="\n".join(f"{name}: {message}" for name, message in told.items()),
            next_step="the others are read and stored; correct these, and run again",
            streams=list(told),
        )

    def _told(self, error: BaseException | str) -> str:
        if isinstance(error, str):
            return error
        said = error.what if isinstance(error, DevsessionError) else str(error)
        told = f"{type(error).__name__}: {said} ({_author_line(error, self._call.function)})"
        return shortened(self._redact(told), _LONGEST_MESSAGE)


def _author_line(error: BaseException, function: Callable[..., object]) -> str:
    """Where it was raised, or the author's line that led there."""
    frames = traceback.extract_tb(error.__traceback__)
    code = getattr(inspect.unwrap(function), "__code__", None)
    line = ([each for each in frames if code and each.filename == code.co_filename] or frames)[-1]
    return f"{Path(line.filename).name}, line {line.lineno}, in {line.name}"
