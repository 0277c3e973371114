"""What the suite says: of a flaw what, where and the next step; of a check that was not tried, why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError, PluginError

if TYPE_CHECKING:
    from collections.abc import Callable

# What Python itself says when code runs into a case that nobody thought of.
_BARE = (AttributeError, LookupError, TypeError, AssertionError, NotImplementedError, UnicodeError)


class NotTriedError(Exception):
    """A check that cannot be made here: what is missing, and the next step."""

    def __init__(self, reason: str, next_step: str = "") -> None:
        super().__init__(f"{reason}; next: {next_step}" if next_step else reason)


class NoPartError(NotTriedError):
    """A check of an experiment that the plugin has no part in: pytest skips it, reports are silent."""


def flaw(what: str, *, where: str = "", next_step: str, tried: str = "") -> PluginError:
    """What is wrong with a plugin, to be told and not raised."""
    return PluginError(what, tried=tried, where=where, next_step=next_step)


def is_a_message(error: BaseException) -> bool:
    """Whether it tells a user something: it has words, and they are not Python's own."""
    if isinstance(error, DevsessionError):
        return True
    bare = isinstance(error, _BARE) or type(error).__name__ == "JSONDecodeError"
    return bool(str(error).strip()) and not bare


def said(error: BaseException) -> str:
    """What was raised, in one line."""
    first = (error.what if isinstance(error, DevsessionError) else str(error)).partition("\n")[0]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def trying(call: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    """What a call of the author's code returned, and what it raised."""
    try:
        return call(), None
    except (Exception, SystemExit) as error:  # noqa: BLE001  whatever the code raises is told
        return None, error
