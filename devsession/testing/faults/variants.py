"""What is played instead of a recording: at one of its calls the app does something else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from devsession.testing.faults.bulk import bulk_of, in_another_order, with_one_refused
from devsession.testing.faults.kinds import BEFORE_THE_ANSWER, Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from devsession.recording.exchange import Exchange

ONE_REFUSED, OTHER_ORDER = "one bad record in a bulk answer", "answers in another order"

# Calls of a kind that are tried at most, and two at least. All variants together come to about so
# many requests, where so many records take as long as one.
_MOST_CALLS = 10
_REQUESTS = 1_000
_RECORDS_A_REQUEST = 50


@dataclass(frozen=True)
class Variant:
    """What the call at a place of the recording is answered, one try after the other.

    kind: None where the app answers, and tells something else. refused: the app identifier that
    the record would have had which it refuses. by: the field that says of which record an answer is.
    """

    name: str
    at: int
    answers: tuple[Exchange, ...]
    kind: Kind | None = None
    refused: str = ""
    by: str = ""


@dataclass(frozen=True)
class Chosen:
    """The variants of one kind; `fitting` is at how many calls there could be one."""

    name: str
    variants: tuple[Variant, ...]
    fitting: int


def most_calls(calls: int, records: int) -> int:
    """At how many calls each kind is played, for a scenario with so many calls and records."""
    kinds = len(BEFORE_THE_ANSWER) + len((ONE_REFUSED, OTHER_ORDER))
    one_pass = calls + records // _RECORDS_A_REQUEST
    return max(2, min(_MOST_CALLS, _REQUESTS // (kinds * max(one_pass, 1))))


def before_the_answer(exchanges: Sequence[Exchange], most: int) -> Iterator[Chosen]:
    """Of each kind: a call fails, and asked again it answers as recorded. most: calls of a kind."""
    for kind in BEFORE_THE_ANSWER:
        found = [
            Variant(kind.name, at, (*answers, exchange), kind)
            for at, exchange in enumerate(exchanges)
            if (answers := kind.answers(exchange))
        ]
        yield _chosen(kind.name, found, most)


def of_bulk_answers(
    exchanges: Sequence[Exchange],
    most: int,
    *,
    messages: Collection[str],
    taken: Collection[str],
) -> Iterator[Chosen]:
    """Answers about many records. messages: why some were refused; taken: app ids of the others."""
    bulks = [(at, bulk) for at, each in enumerate(exchanges) if (bulk := bulk_of(each))]
    refusals = [
        Variant(ONE_REFUSED, at, (found.exchange,), refused=found.app_identifier)
        for at, bulk in bulks
        if (found := with_one_refused(bulk, [each for _, each in bulks], messages, taken))
    ]
    orders = [
        Variant(OTHER_ORDER, at, (turned,), by=".".join(map(str, bulk.naming or ())))
        for at, bulk in bulks
        if (turned := in_another_order(bulk))
    ]
    yield _chosen(ONE_REFUSED, refusals, most)
    yield _chosen(OTHER_ORDER, orders, most)


def _chosen(name: str, found: list[Variant], most: int) -> Chosen:
    return Chosen(name, tuple(found[at] for at in spread(len(found), most)), len(found))


def spread(count: int, most: int) -> list[int]:
    """At most so many places of a list: the first, the last, and evenly between them."""
    if count <= most:
        return list(range(count))
    return [round(place * (count - 1) / (most - 1)) for place in range(most)]
