"""What may be wrong with a plugin when its app fails, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

_RAISED = (
    "catch it where the app is called, and fail the records that it was about; "
    "or send them under @managed_outbound_processing, which does both"
)


@dataclass(frozen=True)
class Problem:
    """What was wrong, the author's line, what to do, and what differs from fault to fault."""

    what: str
    line: str
    next_step: str
    detail: str = ""


def raised(what: str, line: str, *, said: str) -> Problem:
    """An exception left `sync_outbound`."""
    return Problem(f"sync_outbound raised {what}", line, _RAISED, said)


def endless(line: str) -> Problem:
    """It asked, or waited, on and on."""
    return Problem(
        "it goes on for ever: it asks again and again, or waits for hours",
        line,
        "give up after some tries, and fail the records",
    )


def created_twice(records: str, line: str) -> Problem:
    """What the app may have created was sent once more."""
    return Problem(
        "sent once more, though the app may have taken it",
        line,
        "fail the records instead; or send with them what the app knows them by: an idempotency "
        "key, or an upsert by the record's IDENTIFIER",
        f"{records} may be there twice",
    )


def not_taken(records: str, line: str) -> Problem:
    """A success that nobody told of."""
    return Problem(
        "told as a success, though the app took nothing",
        line,
        "look at the answer before outcomes.ok(..); outcomes.fail(identifier, why) otherwise",
        records,
    )


def refused_and_ok(records: str, line: str) -> Problem:
    """One of a bulk was refused."""
    return Problem(
        "told as a success, though the app refused it",
        line,
        "look at each record's part of the answer before outcomes.ok(..)",
        records,
    )


def mixed_up(difference: str, by: str, line: str) -> Problem:
    """Answers went to records by their place."""
    return Problem(
        "answers in another order went to other records",
        line,
        f"match each answer to its record by {by}, not by its place",
        difference,
    )


def too_early(asked: float, line: str) -> Problem:
    """Retry-After did not count."""
    return Problem(
        f"asked again before the {asked:g} s of Retry-After were over",
        line,
        "wait as long as it says; a session of devsession.http.retrying_session() does",
    )
