"""The recorder: each request of this process is sent and recorded, or answered from the tape."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal
from urllib.parse import urlsplit

from devsession.recording.calls import UNHEARD, Call, Turn
from devsession.recording.fingerprint import fingerprint
from devsession.recording.freshness import Freshness
from devsession.recording.heard import Heard
from devsession.recording.hooks import hooked
from devsession.recording.limited import limited
from devsession.recording.matching import PLAIN, canonical
from devsession.recording.miss import MOST_COMPARED, miss
from devsession.recording.network import NetworkShut
from devsession.recording.stand_ins import refuse_stand_ins, with_addresses
from devsession.recording.takes import Takes
from devsession.recording.tokens import tokens_in, with_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from devsession.errors import MissError
    from devsession.http import RateLimiter
    from devsession.plugin.request_matching import RequestMatching
    from devsession.recording.exchange import Exchange
    from devsession.recording.known import Token
    from devsession.recording.takes import Place
    from devsession.recording.tape import Entry, Tape
    from devsession.secrets.redact import Redactor

Mode = Literal["live", "reuse", "offline"]
_NO_ANSWER = "no answer"
_NOT_ON_TAPE = "not on the tape"


class Recorder:
    """Stands between the HTTP libraries of this process and the app.

    live: the app is called, the tape records. reuse: a request that succeeded before is answered
    from the tape, the app is called for the rest. offline: the tape answers all, nothing is called.

    is_warehouse: whether a host and port is our warehouse's, which is neither recorded nor shut.
    key: see `workspace_key`.

    redactor: hides what is known by now in all that is kept. shown: the same for what is shown,
    where addresses stand as they are.
    """

    _started: ClassVar[Recorder | None] = None

    def __init__(self, tape: Tape, *, is_warehouse: Callable[[str, int], bool], key: bytes) -> None:
        self.tape = tape
        self._heard = Heard()
        self._known = self._heard.known
        self.redactor: Redactor = self._known.redactor
        self.shown: Redactor = self._known.shown
        self._addresses: dict[str, str] = {}
        self._is_warehouse = is_warehouse
        self._key = key
        self._matching = PLAIN
        self._limiter: RateLimiter | None = None
        self._mode: Mode = "live"
        self._born = time.monotonic()
        self._lock = threading.RLock()
        self._stack = ExitStack()
        self._shut = ExitStack()
        self._takes = Takes()
        self._misses = 0
        self._freshness = Freshness()
        self._lent: list[tuple[Entry, str, int]] = []

    @property
    def mode(self) -> Mode:
        """live, reuse or offline; can be changed at any time."""
        return self._mode

    @mode.setter
    def mode(self, mode: Mode) -> None:
        with self._lock:
            self._mode = mode
            self._shut.close()
            if mode == "offline" and Recorder._started is self:
                self._shut.enter_context(NetworkShut(self._is_warehouse))

    @property
    def live_secrets(self) -> dict[str, str]:
        """Name -> newest value of all that it hides."""
        return self._known.newest

    def know(
        self,
        secrets: Mapping[str, str | Collection[str]],
        addresses: Mapping[str, str],
        not_secret: Collection[str] = (),
    ) -> None:
        """From now on hide these, and hide them in what was recorded before.

        secrets: every live one, name -> its values, the newest last. addresses: stand-in ->
        `host:port`, so that the tape is the same on whatever port the sandbox runs.
        not_secret: values that are hidden under no name.
        """
        with self._lock:
            if not self._known.tell(secrets, addresses, not_secret):
                return
            self._addresses = dict(addresses)
            self.tape.redact(self.redactor)
            self._heard.hide_all()

    def learn(self, tokens: Iterable[Token]) -> None:
        """Hide these as well: they came while recording, and another run has others."""
        with self._lock:
            self._heard.learn(tokens)

    def match_by(self, matching: RequestMatching) -> None:
        """From now on compare requests by this, with what was recorded before too."""
        with self._lock:
            self._matching = matching
            self.tape.match_by(matching)

    def limit_by(self, limiter: RateLimiter | None) -> RateLimiter | None:
        """From now on what calls the app waits for its limits; what is played does not. The former."""
        before, self._limiter = self._limiter, limiter
        return before

    @property
    def started(self) -> bool:
        """Whether it stands between this process and the app."""
        return Recorder._started is self

    def start(self) -> None:
        """Take over the HTTP libraries, from another recorder of this process if there is one."""
        if Recorder._started is not None:
            Recorder._started.stop()
        self._stack.enter_context(hooked(self))
        Recorder._started = self
        self.mode = self._mode

    def stop(self) -> None:
        """Let go of the HTTP libraries and open the network; without effect when not started."""
        if Recorder._started is self:
            Recorder._started = None
            self._shut.close()
            self._stack.close()
            self._tidy()

    def begin(self, scope: str) -> None:
        """A cell (`cell:` and a digest of its text) or a run (`run:` and its name) begins.

        Equal requests are counted anew. Requests of all threads belong to it until the next one.
        """
        self._tidy()
        with self._lock:
            self._takes.begin(scope)
            self._misses = 0

    def end(self) -> None:
        """The cell has ended. What its threads still ask belongs to it; a Test is a click now."""
        self._takes.end()

    @contextmanager
    def scope(self, scope: str) -> Iterator[None]:
        """A run inside a cell: its equal requests are counted by themselves; then the cell goes on."""
        self._tidy()
        with ExitStack() as inside:
            with self._lock:
                inside.enter_context(self._takes.inside(scope))
                self._misses = 0
            try:
                yield
            finally:
                with self._lock:
                    inside.close()

    @contextmanager
    def paused(self, limiter: RateLimiter | None = None) -> Iterator[None]:
        """Inside, the app is called and nothing is recorded; offline the tape answers all the same.

        limiter: of the app's rate limits, which what is called waits for.
        """
        pauses = self.started and self._mode != "offline"
        if pauses:
            self.stop()
        try:
            if limiter is None or self._mode == "offline":
                yield
            else:
                with limited(limiter, is_warehouse=self._is_warehouse):
                    yield
        finally:
            if pauses:
                self.start()

    def always_live(self) -> AbstractContextManager[None]:
        """Inside is a Test: it calls the app in reuse mode too; offline the tape answers."""
        return self._takes.testing()

    def aside(self) -> AbstractContextManager[None]:
        """Inside, this thread asks for a form: that belongs to no cell and no run."""
        return self._takes.aside()

    def called_anew(self) -> AbstractContextManager[None]:
        """Inside the app is called in reuse mode too, as by a changed cell; offline the tape answers."""
        return self._takes.calling_anew()

    @property
    def execution(self) -> tuple[str, int]:
        """Which scope goes on or went last, and which execution of all this is: a cell run again has
        its scope, and another number."""
        return self._takes.scope, self._takes.execution

    @property
    def scopes(self) -> frozenset[str]:
        """Every scope that began in this process."""
        return self._takes.begun

    def keep_take(self, scope: str, mark: int) -> None:
        """What a scope asked since a mark is all that it asks now: the tape's other answers to it,
        for code or input of before, go."""
        with self._lock:
            self._tidy()
            asked = {canonical(each, self._matching) for each in self._heard.since(mark)}

            def gone(entry: Entry) -> bool:
                return entry.exchange.scope == scope and entry.key not in asked

            if self._mode != "offline":
                self.tape.drop(gone, self.redactor)

    def mark(self) -> int:
        """A place in the stream of exchanges, for `exchanges_since`."""
        with self._lock:
            return self._heard.mark()

    def exchanges_since(self, mark: int = 0, *, end: int | None = None) -> list[Exchange]:
        """What was exchanged since a mark (to another one), redacted, in the order of the requests.

        What came long before the newest mark is not there any more, only on the tape.
        A request that is still out, or had no answer, stands there with `status` None.
        """
        with self._lock:
            self._hide_late()
            return self._heard.since(mark, end)

    @contextmanager
    def listening(self) -> Iterator[Callable[[], list[Exchange]]]:
        """Inside something is called; what is given tells what that call exchanged, redacted.

        Other threads go on meanwhile: what they exchange is not among it.
        """
        with self._heard.listening() as numbers:

            def heard() -> list[Exchange]:
                with self._lock:
                    self._hide_late()
                    return self._heard.those(numbers)

            yield heard

    def answer(self, request: Exchange) -> Exchange | Call:
        """Decide about one request: an answer from the tape, or a Call that will be recorded.

        Raises:
            MissError: offline, and the tape has no answer.
            SecretMissingError: in reuse, a stand-in that came from the tape would go to the app.
        """
        url = urlsplit(request.url)
        if Recorder._started is not self or self._is_warehouse(url.hostname or "", url.port or 0):
            return UNHEARD
        with self._lock:
            used = self._fingerprint(request)
            clean = replace(
                request.redacted(self.redactor),
                scope=self._takes.scope,
                execution=self._takes.execution,
                problem=_NO_ANSWER,
                began=time.monotonic() - self._born,
            )
            place = self._takes.place(canonical(clean, self._matching))
            self._freshness.asked(place)
            entry = self._from_tape(clean, place, used)
            if entry is not None:
                return self._play(clean, entry, place.turn)
            if self._mode == "offline":
                self._heard.add(replace(clean, problem=_NOT_ON_TAPE))
                raise self._miss(place)
            if self._mode == "reuse":
                refuse_stand_ins(request)
            turn = Turn(self._limiter, request.method, request.url) if self._limiter else None
            return replace(self._call(clean, place.turn, used), turn=turn)

    def _miss(self, place: Place) -> MissError:
        self._misses += 1
        return miss(
            place.key,
            self.tape.requests if self._misses <= MOST_COMPARED else None,
            where=str(self.tape.path),
            scope=place.scope,
            matching=self._matching,
        )

    def _play(self, request: Exchange, entry: Entry, turn: int) -> Exchange:
        if entry.exchange.scope != request.scope:
            self._lent.append((entry, request.scope, turn))
        played = replace(
            entry.exchange,
            from_tape=True,
            scope=request.scope,
            execution=request.execution,
            began=request.began,
        )
        self._heard.add(played)
        return played if self._mode == "offline" else self._addressed(played)

    def _hide_late(self) -> None:
        """What was on the tape before we began holds no token that is newer."""
        late = self._heard.hide_late()
        if late is not None:
            self.tape.redact(late)

    def _tidy(self) -> None:
        with self._lock:
            self._hide_late()
            lent, self._lent = self._lent, []
            if self._mode != "offline":  # which changes no file
                self.tape.adopt(lent, self.redactor)
                self.tape.tidy(self.redactor)

    def _from_tape(self, request: Exchange, place: Place, used: str) -> Entry | None:
        if self._mode == "live" or (self._mode == "reuse" and self._takes.calls):
            return None
        entry = self.tape.find(place.key, place.scope, place.turn, reads=request.reads)
        if entry is None or self._mode == "offline":
            return entry
        # A read after a write sees the write: what was read before it is not given again.
        stale = self._freshness.is_stale(entry, place)
        unchanged = entry.exchange.succeeded and entry.fingerprint == used and not stale
        return entry if unchanged else None

    def _call(self, request: Exchange, turn: int, used: str) -> Call:
        number = self._heard.add(request)
        began = time.monotonic()
        tested, new = self._takes.tests, self._mode == "reuse"

        def goes() -> None:
            nonlocal began
            began = time.monotonic()

        def done(answered: Exchange) -> None:
            seconds = time.monotonic() - began
            answered = answered.plain()
            arrived = tokens_in(answered)
            with self._lock:
                self.learn(arrived)
                clean = replace(
                    answered.redacted(self.redactor),
                    scope=request.scope,
                    execution=request.execution,
                    began=began - self._born,
                    seconds=seconds,
                )
                self._heard.answered(number, clean)
                entry = self.tape.record(clean, turn=turn, fingerprint=used, redactor=self.redactor)
                if clean.succeeded and not clean.reads and not tested:
                    self._freshness.wrote(entry, new=new)

        def failed(error: BaseException) -> None:
            problem = self.redactor.text(f"{_NO_ANSWER}: {_reason(error)}")
            seconds = time.monotonic() - began
            with self._lock:
                self._heard.update(number, problem=problem, seconds=seconds)

        return Call(done, failed, goes)

    def _fingerprint(self, request: Exchange) -> str:
        return fingerprint(self._key, self._known.used_in(request.plain().sent))

    def _addressed(self, played: Exchange) -> Exchange:
        """An answer with the real addresses, and the tokens if they have arrived since we began:
        what the plugin calls next may be called live."""
        return with_addresses(with_tokens(played, self._known.tokens), self._addresses)


def _reason(error: BaseException) -> str:
    """What the system said, which libraries wrap: `Connection refused`."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    said = error.strerror if isinstance(error, OSError) else None
    return said or str(error) or type(error).__name__
