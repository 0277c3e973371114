"""It waits for events of a type that nobody sends"""

from __future__ import annotations

from tests.broken_handlers.good import TellOwners

CHECK = "test_it_names_types_that_come"


class Broken(TellOwners):
    """The good handler, with a slip in a name."""

    event_types = (*TellOwners.event_types, "entityDelete")
