"""What happened to each record at the app: built up call by call, handed back as a frame."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

from devsession.errors import UsageError
from devsession.render import counted

if TYPE_CHECKING:
    from pandas import DataFrame

# The columns of a frame of outcomes. Source: creating-plugins guide, step 7.
IDENTIFIER = "IDENTIFIER"
SUCCESS = "SUCCESS"
APP_IDENTIFIER = "APP_IDENTIFIER"
RESULT = "RESULT"
OUTCOME_COLUMNS = (IDENTIFIER, SUCCESS, APP_IDENTIFIER, RESULT)


_Given = TypeVar("_Given")


class Outcomes:
    """Collects one outcome a record, from any thread.

    Whoever runs a cell again builds a new one. Two outcomes of one record are both kept, for the
    check to show: which of them is true is not ours to guess.

    `batch`: the records that are to be answered; with it the text says how many still are.
    """

    def __init__(self, batch: DataFrame | None = None) -> None:
        self._expected = None if batch is None else len(batch)
        # One row is one append of one tuple: that alone makes it safe between threads.
        self._rows: list[tuple[object, bool, object, dict[str, Any]]] = []

    def ok(self, identifier: object, app_identifier: object = None, **result: Any) -> None:
        """The app took the record and knows it as `app_identifier` from now on.

        A whole number becomes text, as app identifiers are; `result`: what else is worth keeping.
        """
        if isinstance(app_identifier, int) and not isinstance(app_identifier, bool):
            app_identifier = str(app_identifier)
        self._rows.append((identifier, True, app_identifier, result))

    def fail(self, identifier: object, message: str, **result: Any) -> None:
        """The app refused the record; `message` is what people will read as the cause.

        Raises:
            UsageError: the message is no text or blank, or `error` is given beside it.
        """
        if not isinstance(message, str) or not message.strip():
            raise UsageError(
                "a failure needs a message",
                tried=f"fail(.., message of type {type(message).__name__})",
                next_step="outcomes.fail(identifier, 'why the app refused it')",
            )
        if "error" in result:
            raise UsageError(
                "the message of a failure is its error: there cannot be two",
                tried="fail(identifier, message, error=..)",
                next_step="give the second one another name",
            )
        self._rows.append((identifier, False, None, {"error": message, **result}))

    def to_frame(self) -> DataFrame:
        """One row an outcome: IDENTIFIER as given, SUCCESS, APP_IDENTIFIER, RESULT (a dict)."""
        from pandas import DataFrame

        # dtype=object: identifiers stay what they are, pandas would turn 1 and None into 1.0, NaN.
        frame = DataFrame(list(self._rows), columns=list(OUTCOME_COLUMNS), dtype=object)
        return frame.astype({SUCCESS: bool})

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        counts = Counter(success for _, success, _, _ in list(self._rows))
        of = "" if self._expected is None else f" for {counted(self._expected, 'record')}"
        return f"<Outcomes{of}: {counts[True]:,} ok, {counts[False]:,} failed>"

    def _repr_html_(self) -> str:
        return f"<code>{escape(repr(self))}</code>"


def frame_of(outcomes: _Given | Outcomes) -> _Given | DataFrame:
    """Outcomes as a frame, whichever way they were collected; anything else as it is."""
    return outcomes.to_frame() if isinstance(outcomes, Outcomes) else outcomes
