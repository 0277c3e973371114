"""The tape: every exchange of a session, found by its request."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from devsession.errors import SecretLeakError, SetupError
from devsession.recording import cassette_file, cassette_text, parsed_cache
from devsession.recording.exchange import Exchange
from devsession.recording.matching import PLAIN, CanonicalRequest, canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from devsession.plugin.request_matching import RequestMatching
    from devsession.secrets.redact import Redactor

# Our facts about an interaction stand under this key of it; stock vcrpy does not look at it.
_OURS = "devsession"
_POLL_SECONDS = 0.01


@dataclass(frozen=True)
class Entry:
    """An exchange on the tape: the answer to the `turn`-th equal request of its scope.

    `fingerprint` tells with which secret it was made, `age` counts up from the oldest entry,
    `matched` is the digest of the matching by which its turn was counted.
    """

    exchange: Exchange
    key: CanonicalRequest
    turn: int
    fingerprint: str
    age: int
    text: str
    matched: str

    @property
    def place(self) -> tuple[CanonicalRequest, str, int]:
        return self.key, self.exchange.scope, self.turn


class Tape:
    """A file in vcrpy's format to which each exchange is added as it happens.

    A newer answer at the same place (request, scope, turn) stands in for the older one at once;
    `tidy` takes the older one out of the file. A missing file is an empty tape. One thread at a
    time: the recorder holds the lock.

    turn: a lock file, when several processes record to this tape; it does not lie beside the
    tape, which is committed.

    Raises: CassetteError when the file is there and cannot be read.
    """

    def __init__(self, path: Path, *, turn: Path | None = None) -> None:
        self.path = path
        self._alone = _turn_of(turn)
        self._entries: dict[tuple[CanonicalRequest, str, int], Entry] = {}
        self._scopes: dict[CanonicalRequest, dict[str, dict[int, Entry]]] = {}
        self._age = 0
        self._matching = PLAIN
        self._superseded = False
        self._appendable = True
        self._seen: tuple[int, int, int] | None = None
        self._load()

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def exchanges(self) -> list[Exchange]:
        """All of them, in the order of the file."""
        return [entry.exchange for entry in self._entries.values()]

    @property
    def requests(self) -> list[CanonicalRequest]:
        """Every different request that has an answer."""
        return list(self._scopes)

    def match_by(self, matching: RequestMatching) -> None:
        """From now on find requests by this; the file stays as it is."""
        before, self._matching = self._matching, matching
        if before.digest != matching.digest:
            entries = list(self._entries.values())
            self._clear()
            for entry in entries:
                self._add_as(entry, entry.exchange)

    def find(
        self, key: CanonicalRequest, scope: str, turn: int, *, reads: bool = False
    ) -> Entry | None:
        """The answer to the `turn`-th equal request of a scope's execution, or None.

        A scope that recorded this request is answered from its own recordings. One that never
        did (its text was edited, the code has moved into the plugin) borrows those of the scope
        that recorded it last; who was answered well lends before who was refused. Only reads go on to further scopes: a poll loop ends in any case,
        and a record that is created twice is a miss, not a second success.
        """
        scopes = self._scopes.get(key, {})
        own = scopes.get(scope, {})
        if turn in own:
            return own[turn]
        last = max(own, default=0)
        if turn < last:
            # A request that had no answer then (connection refused) has left a gap before this one.
            return own[min(known for known in own if known > turn)]
        if own and not reads:
            return None
        borrowed = self._borrowed(key, scope, all_scopes=reads)
        number = turn - last
        return borrowed[number - 1] if number <= len(borrowed) else None

    def record(
        self, exchange: Exchange, *, turn: int, fingerprint: str, redactor: Redactor
    ) -> Entry:
        """Add an exchange, which is redacted, in memory and on disk.

        Raises: SecretLeakError when a live secret is still in it; nothing is written then.
        """
        text = _item(exchange, turn, fingerprint, self._matching.digest)
        self._refuse_secrets(text, redactor)
        with self._alone:
            self._reload_if_changed()
            entry = self._add(exchange, turn, fingerprint, text=text)
            if self._appendable:
                self._append(text)
            else:
                self._write(redactor)
        return entry

    def adopt(self, lent: Sequence[tuple[Entry, str, int]], redactor: Redactor) -> None:
        """Give each (entry, scope, turn) to the scope too that was answered with another's entry.

        The lender may go, with the cell that it was: who borrowed is answered as before.
        """
        if not lent:
            return
        with self._alone:
            self._reload_if_changed()
            for entry, scope, turn in lent:
                exchange = replace(entry.exchange.redacted(redactor), scope=scope)
                self._add(exchange, turn, entry.fingerprint, age=entry.age)
            self._write(redactor)

    def drop(self, gone: Callable[[Entry], bool], redactor: Redactor) -> int:
        """Take entries out, in memory and in the file; how many they were."""
        with self._alone:
            self._reload_if_changed()
            entries = list(self._entries.values())
            left = [entry for entry in entries if not gone(entry)]
            if len(left) < len(entries):
                self._clear()
                for entry in left:
                    self._add_as(entry, entry.exchange)
                self._write(redactor)
        return len(entries) - len(left)

    def tidy(self, redactor: Redactor) -> None:
        """Take superseded answers out of the file; a file without any stays as it is."""
        with self._alone:
            self._reload_if_changed()
            if self._superseded:
                self._write(redactor)

    def redact(self, redactor: Redactor) -> bool:
        """Hide secrets that were not known when exchanges were recorded; True when there were any."""
        with self._alone:
            self._reload_if_changed()
            if not any(redactor.find(entry.text) for entry in self._entries.values()):
                return False
            entries = list(self._entries.values())
            self._clear()
            for entry in entries:
                self._add_as(entry, entry.exchange.redacted(redactor))
            self._write(redactor)
            parsed_cache.forget()  # it holds the text as it was
        return True

    def _borrowed(self, key: CanonicalRequest, scope: str, *, all_scopes: bool) -> list[Entry]:
        others = [turns for name, turns in self._scopes.get(key, {}).items() if name != scope]
        others.sort(key=_lends_first)
        lenders = others if all_scopes else others[:1]
        return [turns[turn] for turns in lenders for turn in sorted(turns)]

    def _add(
        self,
        exchange: Exchange,
        turn: int,
        fingerprint: str,
        *,
        text: str = "",
        age: int | None = None,
        matched: str | None = None,
    ) -> Entry:
        self._age += 1
        matching = self._matching.digest
        key = canonical(exchange, self._matching)
        turns = self._scopes.setdefault(key, {}).setdefault(exchange.scope, {})
        if matched not in (None, matching) and turn in turns:
            # What was told apart when it was recorded, and is not any more, does not go.
            turn, matched, text = max(turns) + 1, matching, ""
        counted = matching if matched is None else matched
        text = text or _item(exchange, turn, fingerprint, counted)
        entry = Entry(exchange, key, turn, fingerprint, age or self._age, text, counted)
        self._superseded |= entry.place in self._entries
        self._entries[entry.place] = turns[turn] = entry
        return entry

    def _add_as(self, entry: Entry, exchange: Exchange) -> None:
        """Add what another entry held, as this exchange."""
        self._add(
            exchange,
            entry.turn,
            entry.fingerprint,
            text=entry.text if exchange is entry.exchange else "",
            age=entry.age,
            matched=entry.matched,
        )

    def _reload_if_changed(self) -> None:
        """What another process has recorded meanwhile is not lost."""
        if self._stamp() != self._seen:
            self._load()

    def _load(self) -> None:
        # What was here already keeps its age: it is not newer than what was written since.
        ages = {entry.text: entry.age for entry in self._entries.values()}
        self._clear()
        self._seen = self._stamp()
        self._appendable = self._seen is None or cassette_file.is_appendable(self.path)
        if self._seen is None:
            return
        for item, text in cassette_file.load_items(self.path):
            facts = item.get(_OURS, {})
            try:
                exchange = Exchange.from_interaction(item, scope=facts.get("scope", ""))
                turn = facts.get("turn") or self._next_turn(exchange)
                matched = facts.get("matching", "")
                used, age = facts.get("fingerprint", ""), ages.get(text)
                self._add(exchange, turn, used, text=text, age=age, matched=matched)
            except (KeyError, TypeError, ValueError, AttributeError) as cause:
                raise cassette_file.unreadable(self.path, cause) from None

    def _next_turn(self, exchange: Exchange) -> int:
        """Stock vcrpy's files say no turn: it is the order in which they stand."""
        turns = self._scopes.get(canonical(exchange, self._matching), {}).get(exchange.scope, {})
        return max(turns, default=0) + 1

    def _append(self, text: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # A file opened for appending: a killed process leaves it whole, and two processes do not
        # write into each other.
        with self.path.open("ab", buffering=0) as file:
            before = file.tell()
            left = memoryview(f"{'' if before else cassette_text.HEADER}{text}".encode())
            try:
                while left:
                    left = left[file.write(left) :]
            except OSError as error:
                file.truncate(before)  # half an exchange would make all others unreadable
                raise SetupError(
                    f"An exchange was not recorded: {self.path.name} could not be written",
                    tried=error.strerror or str(error),
                    where=str(self.path),
                    next_step="make its folder writable, with room on the disk, and run the cell again",
                ) from error
        self._seen = self._stamp()

    def _write(self, redactor: Redactor) -> None:
        from devsession.secrets.audit import guarded_write

        items = [entry.text for entry in self._entries.values()]
        guarded_write(self.path, cassette_file.join_items(items), redactor)
        self._seen = self._stamp()
        self._superseded = False
        self._appendable = bool(items)

    def _clear(self) -> None:
        self._entries = {}
        self._scopes = {}
        self._superseded = False

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return None
        return stat.st_ino, stat.st_size, stat.st_mtime_ns

    def _refuse_secrets(self, text: str, redactor: Redactor) -> None:
        if hits := redactor.find(text):
            found: Any = hits[0]
            raise SecretLeakError(
                f"An exchange was not recorded: it would put {found.name!r} into {self.path.name}",
                tried=f"searching it for live secrets: {found.name!r} stands in it as {found.encoding}",
                where=str(self.path),
                next_step="devsession audit",
                name=found.name,
                encoding=found.encoding,
            )


def _lends_first(turns: dict[int, Entry]) -> tuple[bool, int]:
    """A call without a key that was tried once is not what an edited cell meant."""
    refused = not any(entry.exchange.succeeded for entry in turns.values())
    return refused, -max(entry.age for entry in turns.values())


def _turn_of(file: Path | None) -> AbstractContextManager[object]:
    """Held by one process at a time; may be entered again inside."""
    if file is None:
        return nullcontext()
    from filelock import FileLock

    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return FileLock(file, poll_interval=_POLL_SECONDS)


def _item(exchange: Exchange, turn: int, fingerprint: str, matching: str) -> str:
    facts: dict[str, Any] = {"scope": exchange.scope, "turn": turn}
    if fingerprint:
        facts["fingerprint"] = fingerprint
    if matching:
        facts["matching"] = matching
    return cassette_file.dump_item({_OURS: facts, **exchange.interaction()})
