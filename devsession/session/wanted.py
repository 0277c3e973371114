"""What a scenario is asked for, by its name; of either direction."""

from __future__ import annotations

from dataclasses import dataclass

from devsession.errors import UsageError


@dataclass(frozen=True)
class Wanted:
    """What a scenario is asked for; None for what was not said."""

    name: str
    records: int | None
    after: str | None

    def check(self) -> None:
        """Raises: UsageError for what names no scenario, or counts no record."""
        names = [self.name] if self.after is None else [self.name, self.after]
        named = all(isinstance(name, str) and name.strip() for name in names)
        counted = self.records is None or (type(self.records) is int and self.records > 0)
        if not (named and counted):
            after = "" if self.after is None else f", after={self.after!r}"
            raise UsageError(
                "A scenario has a name, and at least one record",
                tried=f"scenario({self.name!r}, records={self.records!r}{after})",
                next_step='for instance scenario("creates contacts", records=10)',
            )
