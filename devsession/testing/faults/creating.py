"""Which calls send which records to the app, and which of them create something there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from devsession.plugin.strategies import SyncAction
from devsession.testing.json_values import parsed, sent_content, values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas import DataFrame

    from devsession.plugin.strategies import OutboundSyncStrategy
    from devsession.recording.exchange import Exchange
    from devsession.testing.faults.app import Sent

_CREATES = {SyncAction.CREATE, SyncAction.RECREATE, SyncAction.SEND}
# What an app knows a record by that is sent to it once more.
_KNOWN = re.compile(
    r"idempoten|upsert|external[_-]?(?:id|key|ref)|dedup|client[_-]?(?:request[_-]?)?token"
    r"|repeatability|if-none-match|on[_-]?conflict",
    re.IGNORECASE,
)


class SentRecords:
    """The records of a scenario in the requests of its recording, known by their values.

    A record that is sent in another form (a date that is formatted) is found in none: what is not
    certain is not told.
    """

    def __init__(
        self, exchanges: Sequence[Exchange], records: DataFrame, strategy: OutboundSyncStrategy
    ) -> None:
        self._exchanges = exchanges
        self._creates = _CREATES | ({strategy.new} if strategy.new else set())
        self._actions = dict(zip(records["IDENTIFIER"], records["SYNC_ACTION"], strict=True))
        calls: dict[str, set[int]] = {}
        for at, exchange in enumerate(exchanges):
            for value in () if exchange.reads else values(sent_content(exchange)):
                calls.setdefault(value, set()).add(at)
        self._calls = {
            identifier: _calls_with(record, calls)
            for identifier, record in zip(
                records["IDENTIFIER"], records["TRANSFORMED_RECORD"], strict=True
            )
        }

    def alone_in(self, at: int) -> list[str]:
        """The records that this call sends, and no other."""
        return [str(each) for each, calls in self._calls.items() if calls == {at}]

    def created_in(self, at: int) -> list[str]:
        """The records that this call creates: it posts them, and is the last that sends them."""
        exchange = self._exchanges[at]
        if exchange.method != "POST" or not exchange.succeeded:
            return []
        return [
            str(each)
            for each, calls in self._calls.items()
            if calls and max(calls) == at and self._actions[each] in self._creates
        ]


def known_again(sent: Sequence[Sent], identifiers: Sequence[str]) -> bool:
    """Whether the app can tell that it is sent the same once more.

    By a key that is the same in each, by an upsert, or because the records' own identifiers go with
    them.
    """
    keys = {
        tuple(
            (name.lower(), tuple(found))
            for name, found in sorted(each.request.request_headers.items())
            if _KNOWN.search(name)
        )
        for each in sent
    }
    if keys != {()}:
        return len(keys) == 1
    request = sent[0].request
    if _KNOWN.search(request.url) or _KNOWN.search(request.request_body.decode("utf-8", "replace")):
        return True
    return set(identifiers) <= values(sent_content(request))


def _calls_with(record: Any, calls: dict[str, set[int]]) -> set[int]:
    content = parsed(record) if isinstance(record, str) else record
    wanted = values(content) or values(record)
    if not wanted:
        return set()
    return set.intersection(*(calls.get(value, set()) for value in wanted))
