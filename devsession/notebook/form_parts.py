"""Parts of a form's page besides its fields: each has a state and messages of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class FormPart:
    """One part: the page has what `shown` returns as `state[name]`, and draws it.

    messages: the types of those messages of the page that are for this part.
    """

    messages: tuple[str, ...] = ()

    def shown(self) -> dict[str, Any] | None:
        """All that the page draws, as JSON without a secret; None while there is nothing.

        What is much and hardly changes can stand in it as `offered`: it is not sent each time.
        """
        return None

    def receive(self, message: dict[str, Any]) -> str:  # noqa: ARG002 - most parts read it
        """Do what was done in the page; what there is to say about it, or "".

        Raises: DevsessionError, whose text the page shows.
        """
        return ""

    def standing(self) -> str:
        """What is wrong until it is mended: the page says it whenever it has nothing else to say."""
        return ""

    def on_change(self, tell: Callable[[str, bool], None]) -> None:
        """Call `tell(text, is_error)` when something changes that neither a message has caused nor
        the form tells; most parts have nothing of that kind."""
