"""What managed processing is told by whoever calls the plugin, and by the requests that it uses."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from devsession.errors import OutcomesError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pandas import DataFrame


class OpenBatches(Protocol):
    """Batches of which some may be in flight."""

    def rest(self) -> Iterator[DataFrame]:
        """The outcomes of those that have begun and not been taken; nothing more begins."""


def in_flight(outcomes: Iterator[Any]) -> Iterator[Any]:
    """Of an iterator of outcomes those that are being made already; of one of another kind none."""
    rest: Callable[[], Iterator[Any]] = getattr(outcomes, "rest", lambda: iter(()))
    return rest()


@dataclass
class Managed:
    """redact: takes secrets out of what a plugin raised. keep: stores outcomes nobody will take."""

    redact: Callable[[str], str] = str
    keep: Callable[[DataFrame], None] = lambda _: None
    open: list[OpenBatches] = field(default_factory=list)


_managed: ContextVar[Managed | None] = ContextVar("devsession_managed", default=None)

# Outcomes that the batch which is worked on here has enqueued by itself; None outside of a batch.
enqueued: ContextVar[list[DataFrame] | None] = ContextVar("devsession_enqueued", default=None)


def current() -> Managed:
    """What holds here."""
    return _managed.get() or Managed()


@contextmanager
def managing(
    *, redact: Callable[[str], str], keep: Callable[[DataFrame], None]
) -> Iterator[Managed]:
    """Inside, a plugin is called that may process batches.

    However that ends, batches that are in flight then are waited for, and their outcomes kept.
    """
    managed = Managed(redact, keep)
    token = _managed.set(managed)
    try:
        yield managed
    finally:
        _managed.reset(token)
        for batches in list(managed.open):
            for outcomes in batches.rest():
                # What ended the call is the one to tell; `keep` stores first, then it complains.
                with suppress(OutcomesError):
                    keep(outcomes)
