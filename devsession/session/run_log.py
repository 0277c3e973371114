"""The log of a run: JSON lines in `.devsession/logs/`, and the same for an author's handlers.

It is written through the logger `devsession.run`; each record carries `event`, `sync`, `run` and
`facts`. Refused records are warnings, a run that fails is an error, all else is information.
"""

from __future__ import annotations

import json
import logging
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from devsession.http import Wait
    from devsession.session.run_watcher import Answer
    from devsession.session.summary import RunSummary

LOGGER = logging.getLogger("devsession.run")
REFUSALS_LOGGED = 100
WAITS_LOGGED = 100
LOGS_KEPT = 200
_SECONDS_BETWEEN = 1.0


class RunLog:
    """A watcher that writes what it is told, in a bounded number of lines and without secrets.

    Outcomes that are stored within a second share one line.
    """

    def __init__(self, sync: str, run: int, redact: Callable[[str], str]) -> None:
        self._sync = sync
        self._run = run
        self._redact = redact
        self._refusals = self._waiting = self._waits = 0
        self._written = monotonic()

    @contextmanager
    def into(self, folder: Path) -> Iterator[None]:
        """Inside, it is also a file of this folder, named after the run; of old ones the last stay."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _let_go_of_old(folder)
        handler = _File(folder / f"run-{self._run}.jsonl", delay=True, encoding="utf-8")
        handler.setFormatter(_JsonLines())
        handler.addFilter(lambda record: getattr(record, "run_log", None) is self)
        if LOGGER.level == logging.NOTSET:
            LOGGER.setLevel(logging.INFO)
        LOGGER.addHandler(handler)
        try:
            yield
        finally:
            LOGGER.removeHandler(handler)
            handler.close()

    def started(self, *, source: str, strategy: str, plugin: str) -> None:
        """The run begins."""
        self._log(logging.INFO, "started", source=source, strategy=strategy, plugin=plugin)

    def staged(self, actions: Mapping[str, int], *, scanned: int, unchanged: int) -> None:
        """What the run offers: action -> records."""
        self._log(
            logging.INFO, "staged", actions=dict(actions), scanned=scanned, unchanged=unchanged
        )

    def stored(self, answers: Sequence[Answer], *, answered: int, failed: int) -> None:
        """Outcomes were stored."""
        for answer in answers:
            if answer.error is not None:
                self._refused(answer)
        self._waiting += len(answers)
        self._answered, self._failed = answered, failed
        if monotonic() - self._written >= _SECONDS_BETWEEN:
            self._write_stored()

    def waiting(self, wait: Wait) -> None:
        """A request waits for a rate limit: long waits are told, the first of them."""
        if wait.seconds < _SECONDS_BETWEEN:
            return
        self._waits += 1
        if self._waits <= WAITS_LOGGED:
            facts = {"category": wait.category, "rate": str(wait.rate)}
            self._log(logging.INFO, "waiting", seconds=round(wait.seconds, 1), **facts)

    def finished(self, summary: RunSummary, error: BaseException | None) -> None:
        """The run has ended."""
        if self._waiting:
            self._write_stored()
        more = max(self._refusals - REFUSALS_LOGGED, 0)
        waits = max(self._waits - WAITS_LOGGED, 0)
        facts: dict[str, Any] = {"status": summary.status, **summary.counts}
        facts |= {"actions": summary.actions}
        facts |= {"refusals_not_logged": more} if more else {}
        facts |= {"waits_not_logged": waits} if waits else {}
        facts |= {"error": f"{type(error).__name__}: {error}"} if error is not None else {}
        failed = summary.status == "failed"
        self._log(logging.ERROR if failed else logging.INFO, "finished", **facts)

    def _refused(self, answer: Answer) -> None:
        self._refusals += 1
        if self._refusals <= REFUSALS_LOGGED:
            self._log(logging.WARNING, "record refused", **answer._asdict())

    def _write_stored(self) -> None:
        self._log(
            logging.INFO,
            "batch stored",
            outcomes=self._waiting,
            answered=self._answered,
            failed=self._failed,
        )
        self._waiting, self._written = 0, monotonic()

    def _log(self, level: int, event: str, **facts: Any) -> None:
        """Through Python's logging, which has its own ways to lose what cannot be written."""
        clean = json.loads(self._redact(json.dumps(facts)))
        extra = {
            "event": event,
            "sync": self._sync,
            "run": self._run,
            "facts": clean,
            "run_log": self,
        }
        told = ", ".join(f"{name} {value}" for name, value in clean.items())
        LOGGER.log(level, "%s run %s: %s: %s", self._sync, self._run, event, told, extra=extra)


def _let_go_of_old(folder: Path) -> None:
    with suppress(OSError):  # another run tidies at the same time
        logs = sorted(folder.glob("run-*.jsonl"), key=lambda log: log.stat().st_mtime)
        for log in logs[: 1 - LOGS_KEPT]:
            log.unlink()


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said = vars(record)
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            **{name: said[name] for name in ("event", "sync", "run")},
            **said["facts"],
        }
        return json.dumps(line, ensure_ascii=False)


class _File(logging.FileHandler):
    """A log that cannot be written, on a full disk, stops no run."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            super().emit(record)
        except OSError:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        del record
