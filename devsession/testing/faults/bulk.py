"""An answer about many records: given in another order, and with one more record refused."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from devsession.testing.json_values import (
    Path,
    at_path,
    leaves,
    lists,
    parsed,
    values,
    with_value,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from devsession.recording.exchange import Exchange

# Shorter ones stand in many answers by chance.
_SHORTEST_MESSAGE = 4


@dataclass(frozen=True)
class Bulk:
    """An exchange whose answer has an item for each item that was sent. path: where they stand."""

    exchange: Exchange
    content: Any
    path: Path
    sent: list[dict[str, Any]]

    @property
    def items(self) -> list[dict[str, Any]]:
        """The answers, one a record."""
        items: list[dict[str, Any]] = at_path(self.content, self.path)
        return items

    def answering(self, items: Sequence[dict[str, Any]]) -> Exchange:
        """The exchange with these items in the place of its own."""
        content = with_value(self.content, self.path, list(items))
        return replace(self.exchange, response_body=json.dumps(content).encode())

    @property
    def naming(self) -> Path | None:
        """Where each item says which record it is about: by its place, or by what was sent of it.

        None when nothing but their order tells.
        """
        count = len(self.items)
        for path, _ in leaves(self.items[0]):
            found = [at_path(item, path) for item in self.items]
            if not all(type(each) in (str, int) for each in found) or len(set(found)) < count:
                continue
            if found in (list(range(count)), list(range(1, count + 1))):
                return path
            if all(str(each) in values(sent) for each, sent in zip(found, self.sent, strict=True)):
                return path
        return None


def bulk_of(exchange: Exchange) -> Bulk | None:
    """How an exchange answers two records or more, one by one; None when it does not."""
    content = parsed(exchange.response_body)
    sent = {len(each): each for _, each in _lists(parsed(exchange.request_body))}
    for path, items in _lists(content):
        if len(items) in sent:
            return Bulk(exchange, content, path, sent[len(items)])
    return None


def in_another_order(bulk: Bulk) -> Exchange | None:
    """The answers turned round; None where their order alone says which record each is about."""
    return bulk.answering(bulk.items[::-1]) if bulk.naming is not None else None


@dataclass(frozen=True)
class Refusal:
    """An answer in which one more record is refused, the one that would be `app_identifier`."""

    exchange: Exchange
    app_identifier: str


def with_one_refused(
    bulk: Bulk, others: Sequence[Bulk], messages: Collection[str], taken: Collection[str]
) -> Refusal | None:
    """One of the records that were taken is refused as the app refused another one.

    others: where to look for one. messages: why records were refused; taken: app identifiers of
    those that were not. None when no refused one is recorded: how the app does it is not known.
    """
    good = next(
        (
            (place, found[0])
            for place, item in enumerate(bulk.items)
            if (found := sorted(values(item) & set(taken)))
        ),
        None,
    )
    refused = next(_refused([bulk, *others], messages, set(taken)), None)
    if good is None or refused is None:
        return None
    place, app_identifier = good
    item = _refused_like(bulk, place, *refused)
    items = [*bulk.items[:place], item, *bulk.items[place + 1 :]]
    return Refusal(bulk.answering(items), app_identifier)


def _refused(
    bulks: Sequence[Bulk], messages: Collection[str], taken: set[str]
) -> Iterator[tuple[Bulk, int]]:
    """Answers in which a message stands, and where. It may name a record that was taken."""
    for bulk in bulks:
        for place, item in enumerate(bulk.items):
            told = {each for each in values(item) if len(each) >= _SHORTEST_MESSAGE}
            if told & taken:
                continue
            if any(each in message for message in messages for each in told):
                yield bulk, place


def _refused_like(bulk: Bulk, place: int, other: Bulk, at: int) -> dict[str, Any]:
    """The refused item, naming the record at this place instead of its own."""
    item = other.items[at]
    ours, theirs = values(bulk.sent[place]), values(other.sent[at])
    for path, value in leaves(other.items[at]):
        own = at_path(bulk.items[place], path)
        echoes = str(value) in theirs and str(own) in ours
        if own is not None and (path == bulk.naming or echoes):
            item = with_value(item, path, own)
    return item


def _lists(content: Any) -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    """Every list of two objects or more, the outer ones first."""
    for path, items in lists(content):
        if len(items) > 1 and all(isinstance(each, dict) and each for each in items):
            yield path, items
