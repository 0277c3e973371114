"""An event that describes no change stops it"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.broken_handlers.good import TellOwners

if TYPE_CHECKING:
    from devsession.openmetadata import ChangeEvent

CHECK = "test_any_event_is_borne"


class Broken(TellOwners):
    """The good handler, for which each event says what has changed."""

    def lost_columns(self, event: ChangeEvent) -> list[str]:
        deleted = event.change_description.fields_deleted  # type: ignore[union-attr]
        return [column["name"] for each in deleted for column in each.old_value or ()]
