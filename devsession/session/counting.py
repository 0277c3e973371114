"""The records of a run on their way out and their outcomes on the way back, counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from pydantic_core import from_json

from devsession.session.fates import Fate, Fates
from devsession.session.run_watcher import Answer
from devsession.session.summary import counters_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pandas import DataFrame

    from devsession.plugin.outbound import RecordStore
    from devsession.secrets.redact import Redactor
    from devsession.session.run_watcher import RunWatcher
    from devsession.session.summary import RunSummary

_NO_CAUSE = "no cause given"


class CountedRecords:
    """A run's records, passed on; outcomes are redacted, stored and counted on the way back.

    A record counts once, by its last outcome; outcomes of records that were never read do not.
    """

    def __init__(self, records: RecordStore, redactor: Redactor, watcher: RunWatcher) -> None:
        self._records = records
        self._redactor = redactor
        self._watcher = watcher
        self._lock = Lock()
        self._fates = Fates()

    def batches(self, *, actions: Sequence[str] | None, size: int) -> Iterator[DataFrame]:
        """The records, as the run offers them."""
        for batch in self._records.batches(actions=actions, size=size):
            actions_of = dict(zip(batch["IDENTIFIER"], batch["SYNC_ACTION"], strict=True))
            with self._lock:
                known = self._fates.of(list(actions_of))
                new = [name for name, fate in zip(actions_of, known, strict=True) if fate is None]
                self._fates.become(new, [Fate(actions_of[name]) for name in new])
            yield batch

    def apply(self, outcomes: DataFrame) -> None:
        """Store outcomes, then count them: what is counted is stored."""
        outcomes = self._redacted(outcomes)
        self._records.apply(outcomes)
        columns = (outcomes[name].tolist() for name in ("IDENTIFIER", "SUCCESS", "RESULT"))
        identifiers, successes, results = columns
        with self._lock:
            rows = zip(identifiers, successes, results, self._fates.of(identifiers), strict=True)
            answers = [
                Answer(identifier, fate.action, None if success else error_of(result))
                for identifier, success, result, fate in rows
                if fate is not None
            ]
            self._fates.become(
                [answer.identifier for answer in answers],
                [Fate(answer.action, answered=True, error=answer.error) for answer in answers],
            )
            self._watcher.stored(answers, answered=self.answered, failed=self.failed)

    @property
    def answered(self) -> int:
        """Records that have an outcome."""
        return sum(count for fate, count in self._fates.counts.items() if fate.answered)

    @property
    def failed(self) -> int:
        """Records whose last outcome is a failure."""
        return sum(count for fate, count in self._fates.counts.items() if fate.error is not None)

    def summary(self, begun: RunSummary, *, offered: int) -> RunSummary:
        """The summary of the run as it was begun, with what was counted."""
        actions: Counter[str] = Counter()
        causes: Counter[str] = Counter()
        for fate, count in self._fates.counts.items():
            if fate.error is not None:
                causes[fate.error] += count
            elif fate.answered:
                actions[fate.action] += count
        created, updated, deleted, sent = counters_of(actions)
        return replace(
            begun,
            created=created,
            updated=updated,
            deleted=deleted,
            sent=sent,
            failed=causes.total(),
            unanswered=offered - actions.total() - causes.total(),
            actions=dict(actions),
            causes=dict(causes.most_common()),
        )

    def _redacted(self, outcomes: DataFrame) -> DataFrame:
        """RESULT and APP_IDENTIFIER without secrets: an app may echo one."""
        for name in ("RESULT", "APP_IDENTIFIER"):
            texts = outcomes[name]
            if self._redactor.find("\n".join(texts.dropna())):
                clean = texts.astype(object).copy()
                clean[texts.notna()] = [self._redactor.text(text) for text in texts.dropna()]
                outcomes = outcomes.assign(**{name: clean})
        return outcomes


def error_of(result: str | None) -> str:
    """The cause that people read, of a RESULT as JSON text."""
    found = from_json(result) if result else {}
    return str(found.get("error", _NO_CAUSE)) if isinstance(found, dict) else _NO_CAUSE
