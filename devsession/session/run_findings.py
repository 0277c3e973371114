"""What a scenario's reports say beside the outcome rules: how it went with the app."""

from __future__ import annotations

import re
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from pydantic_core import from_json

from devsession.plugin.outcome_table import OutcomeTable
from devsession.plugin.report import Finding
from devsession.plugin.strategies import SyncAction
from devsession.recording.exchange import header
from devsession.render import counted, shortened
from devsession.testing.comparison import SUCCESS_LOST, differences_by_record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas import DataFrame

    from devsession.recording.exchange import Exchange
    from devsession.recording.recorder import Mode

_AGAIN = "the sync plans these records again, unless complete(apply=True) stores the outcomes"
_SHOWN = 3
_WIDTH = 120
_TOO_FAST = re.compile(r"\b429\b|too (many requests|fast)|rate.?limit|limit.?exceeded", re.I)


def warning(rule: str, found: Sequence[str], message: str, *, fix: str) -> Finding:
    """A warning about what was found, the first of it by name."""
    return Finding(rule, "warning", tuple(found[:_SHOWN]), len(found), "", message, fix)


# Many an app has another identifier for what is made, each time that it is made.
_MAKES_IDENTIFIERS = [SyncAction.SEND, SyncAction.CREATE, SyncAction.RECREATE]


def differs_from_cells(
    outcomes: DataFrame,
    cells: DataFrame,
    records: DataFrame | None = None,
    *,
    thing: str = "record",
) -> Finding | None:
    """A warning that names each record whose outcome the cells did not come to, lost ones first.

    records: those that were sent, of a sync. thing: what a record is called.
    """
    made = set() if records is None else _made_anew(records)
    found = differences_by_record(outcomes, cells, no_app_identifier=made)
    if not found:
        return None
    lost = [identifier for identifier, lines in found.items() if SUCCESS_LOST in lines]
    fix = "if plugin.py is right, nothing; else mend it and run() again"
    if lost:
        fix = (
            f"the cells may have done it in the app already: undo it there, then run() again; {fix}"
        )
    # That there is no identifier goes without saying.
    for identifier in lost:
        found[identifier] = [
            line for line in found[identifier] if not line.startswith("APP_IDENTIFIER")
        ]
    told = [
        shortened(f"{thing} {identifier}: {', '.join(found[identifier])}", _WIDTH)
        for identifier in dict.fromkeys([*lost, *found])
    ]
    return warning("C01", told, "differs from the outcomes of the cells", fix=fix)


def cells_differ_from_run(
    cells: DataFrame, ran: DataFrame, records: DataFrame | None = None, *, thing: str = "record"
) -> Finding | None:
    """The same for cells that were run again, after the run whose outcomes stay what the test expects."""
    found = differs_from_cells(cells, ran, records, thing=thing)
    return found and replace(
        found,
        message="differs from the outcomes of run(), which stay what the test expects",
        fix="if plugin.py is right, nothing; else mend it, then scenario.run() and complete()",
    )


def _made_anew(records: DataFrame) -> set[str]:
    """Those whose identifiers at the app are others each time."""
    made = records["SYNC_ACTION"].isin(_MAKES_IDENTIFIERS)
    return set(records.loc[made, "IDENTIFIER"].map(str))


def asked_too_fast(outcomes: DataFrame, exchanges: Sequence[Exchange]) -> Finding | None:
    """A warning that names the records which the app refused with a 429."""
    too_fast = [each for each in exchanges if each.status == HTTPStatus.TOO_MANY_REQUESTS]
    if not too_fast:
        return None
    said = [each.response_body.decode("utf-8", "replace") for each in too_fast]
    refused = OutcomeTable(outcomes).storable().query("not SUCCESS")
    errors = zip(refused["IDENTIFIER"], map(_error, refused["RESULT"]), strict=True)
    found = [
        f"record {identifier}"
        for identifier, error in errors
        if _TOO_FAST.search(error) or any(error in body for body in said)
    ]
    if not found:
        return None
    wait = header(too_fast[-1].response_headers, "retry-after")
    return warning(
        "R01",
        found,
        "refused because the app was asked too fast (429)",
        fix="declare what the app allows in api_limits(), which is then kept, or ask by "
        f"retrying_session(), which waits as long as Retry-After says{f' ({wait})' if wait else ''}",
    )


def answered_by(exchanges: Sequence[Exchange], mode: Mode, again: str = _AGAIN) -> str:
    """How many requests went to the app, and what that means for the sync: `again`.

    It tells the tape from the app in reuse only: else a run would look another one offline.
    """
    if not exchanges:
        return ""
    count = counted(len(exchanges), "request")
    taped = sum(each.from_tape for each in exchanges) if mode == "reuse" else 0
    called = len(exchanges) - taped
    told = (
        f"{count}: {taped} from the tape, {called} by the app" if taped else f"{count} to the app"
    )
    return told + (f"; {again}" if called else "")


def _error(result: str) -> str:
    return str(from_json(result)["error"])
