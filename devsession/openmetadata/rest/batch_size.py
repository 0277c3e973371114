"""How many entities go into one bulk: more while answers are fast, fewer when they are not."""

from __future__ import annotations

_FAST_SECONDS, _SLOW_SECONDS = 0.5, 5.0
# What a server, or what stands before it, takes at once as a rule.
MOST_BYTES = 4 * 2**20


class BatchSize:
    """The size for one kind of entity. first, most: in entities."""

    def __init__(self, first: int, most: int) -> None:
        self.entities = min(first, most)
        self._most = most

    def answered(self, entities: int, seconds: float) -> None:
        """A bulk of so many took so long."""
        if seconds > _SLOW_SECONDS:
            self.entities = max(min(self.entities, entities // 2), 1)
        elif seconds < _FAST_SECONDS and entities >= self.entities:
            self.entities = min(2 * self.entities, self._most)

    def too_large(self, entities: int) -> None:
        """A bulk of so many was refused as too large, or not answered in time: never again."""
        self._most = max(min(self._most, entities // 2), 1)
        self.entities = min(self.entities, self._most)
