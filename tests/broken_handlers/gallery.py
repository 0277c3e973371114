"""The gallery hung: each broken handler tried with the contract, in this process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from devsession.testing import SuiteConfig, events_contract
from tests.broken_sources import gallery

if TYPE_CHECKING:
    from devsession.openmetadata import EventHandler

NAMES = gallery.names_in(Path(__file__).parent)


def picture(name: str) -> gallery.Picture:
    """One of `NAMES`."""
    return gallery.picture(name, "broken_handlers")


def failures(handler: type[EventHandler], scenarios: Path) -> dict[str, str]:
    """Check -> why it fails, of all that do; a check that cannot be tried fails nothing."""
    return gallery.failed(events_contract(handler, SuiteConfig(scenarios=scenarios)))
