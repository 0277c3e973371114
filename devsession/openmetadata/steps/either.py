"""What a step gives: an entity, or what went wrong with one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Right = TypeVar("Right")
Left = TypeVar("Left")


@dataclass(frozen=True)
class OMError:
    """What went wrong with one entity; the others go on.

    name: of the entity, as far as it is known. error: what was said. step: who noticed; the
    workflow fills it in.
    """

    name: str
    error: str
    step: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.error}" if self.name else self.error


@dataclass(frozen=True)
class Either(Generic[Right, Left]):
    """One of both: `Either(right=table)`, or `Either(left=OMError("orders", "no permission"))`.

    Raises: ValueError unless exactly one is given.
    """

    right: Right | None = None
    left: Left | None = None

    def __post_init__(self) -> None:
        if (self.right is None) == (self.left is None):
            raise ValueError("an Either holds a right one or a left one, not both and not neither")
