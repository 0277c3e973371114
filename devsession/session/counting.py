"""The records of a run on their way out and their outcomes on the way back, counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from pydantic_core import from_json

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


class _Fate(NamedTuple):
    """What has become of a record: its action, whether it has an outcome, why it was refused."""

    action: str
    answered: bool = False
    error: str | None = None


class CountedRecords:
    """A run's records, passed on; outcomes are redacted, stored and counted on the way back.

    A record counts once, by its last outcome; outcomes of records that were never read do not.
    """

    def __init__(self, records: RecordStore, redactor: Redactor, watcher: RunWatcher) -> None:
        self._records = records
        self._redactor = redactor
        self._watcher = watcher
        self._lock = Lock()
        self._fate_of: dict[str, _Fate] = {}
        self._counts: Counter[_Fate] = Counter()
        # Records of one fate share it: a run may have millions.
        self._shared: dict[_Fate, _Fate] = {}

    def batches(self, *, actions: Sequence[str] | None, size: int) -> Iterator[DataFrame]:
        """The records, as the run offers them."""
        for batch in self._records.batches(actions=actions, size=size):
            with self._lock:
                for identifier, action in zip(
                    batch["IDENTIFIER"], batch["SYNC_ACTION"], strict=True
                ):
                    if identifier not in self._fate_of:
                        self._become(identifier, _Fate(action))
            yield batch

    def apply(self, outcomes: DataFrame) -> None:
        """Store outcomes, then count them: what is counted is stored."""
        outcomes = self._redacted(outcomes)
        self._records.apply(outcomes)
        columns = (outcomes[name] for name in ("IDENTIFIER", "SUCCESS", "RESULT"))
        with self._lock:
            answers = []
            for identifier, success, result in zip(*columns, strict=True):
                if identifier in self._fate_of:
                    action = self._fate_of[identifier].action
                    error = None if success else error_of(result)
                    self._become(identifier, _Fate(action, answered=True, error=error))
                    answers.append(Answer(identifier, action, error))
            self._watcher.stored(answers, answered=self.answered, failed=self.failed)

    @property
    def answered(self) -> int:
        """Records that have an outcome."""
        return sum(count for fate, count in self._counts.items() if fate.answered)

    @property
    def failed(self) -> int:
        """Records whose last outcome is a failure."""
        return sum(count for fate, count in self._counts.items() if fate.error is not None)

    def summary(self, begun: RunSummary, *, offered: int) -> RunSummary:
        """The summary of the run as it was begun, with what was counted."""
        actions: Counter[str] = Counter()
        causes: Counter[str] = Counter()
        for fate, count in self._counts.items():
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

    def _become(self, identifier: str, fate: _Fate) -> None:
        fate = self._shared.setdefault(fate, fate)
        before = self._fate_of.get(identifier)
        if before is not None:
            self._counts[before] -= 1
            if not self._counts[before]:
                del self._counts[before]
        self._fate_of[identifier] = fate
        self._counts[fate] += 1

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
