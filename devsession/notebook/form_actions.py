"""What the buttons of a form do, and what is said about it afterwards."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from devsession.errors import DevsessionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


@dataclass(frozen=True)
class Message:
    """A line for the person who fills the form; empty for nothing to say.

    failure: of an error in plugin.py, its lines and the exchange; see `Failure`.
    """

    text: str = ""
    is_error: bool = False
    failure: object = None

    def shown(self) -> dict[str, object]:
        """As JSON, for the page."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class Action:
    """A button: what it is called, what it says while Python works, what it calls."""

    name: str
    label: str
    busy: str
    call: Callable[[], str]

    def shown(self) -> dict[str, str]:
        """As JSON, for the page."""
        return {"name": self.name, "label": self.label, "busy": self.busy}


def needs_first(action: str, labels: Iterable[str]) -> str:
    """Why a button does nothing yet."""
    return f"{action} needs these first: {', '.join(labels)}"


def perform(action: Action, still_open: Sequence[str]) -> Message:
    """Do it, unless something is still open in the form; the person sees how it ended, always.

    still_open: labels of what is missing or wrong.
    """
    if still_open:
        return Message(needs_first(action.label, still_open), is_error=True)
    try:
        return Message(action.call())
    except DevsessionError as error:
        return Message(str(error), is_error=True, failure=error.fields.get("failure"))
    except Exception as error:  # noqa: BLE001 - nobody sees what a widget's callback raises
        # Its text may quote a secret; a cell shows it redacted.
        kind = type(error).__name__
        return Message(
            f"{action.label} failed with {kind}\n  next: .fill(..) in a cell shows where",
            is_error=True,
        )
