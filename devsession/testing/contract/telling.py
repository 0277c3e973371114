"""What the suite says: of a flaw what, where and the next step; of a check that was not tried, why."""

from __future__ import annotations

import sys
import traceback
from inspect import unwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError, PluginError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from devsession.plugin.contract import Plugin

# What plugins of the Omnata dialect call it.
_OTHER_NAMES = {"sync_outbound": "apply_records"}
# What Python itself says when code runs into a case that nobody thought of.
_BARE = (AttributeError, LookupError, TypeError, AssertionError, NotImplementedError, UnicodeError)


class NotTriedError(Exception):
    """A check that cannot be made here: what is missing, and the next step."""

    def __init__(self, reason: str, next_step: str = "") -> None:
        super().__init__(f"{reason}; next: {next_step}" if next_step else reason)


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


def line_raising(error: BaseException, plugin_class: type[Plugin]) -> str:
    """The deepest of the author's lines that an error came through; "" when there is none."""
    files = {file for each in _own_classes(plugin_class) if (file := _file_of(each))}
    cause: BaseException | None = error
    while cause is not None:
        frames = traceback.extract_tb(cause.__traceback__)
        own = [each for each in frames if each.filename in files]
        if own:
            return f"{Path(own[-1].filename).name}, line {own[-1].lineno}"
        cause = cause.__cause__
    return ""


def line_of(plugin_class: type[Plugin], method: str) -> str:
    """Where the author has written a method: `plugin.py, line 7`; the class when it is not written."""
    for name in (method, _OTHER_NAMES.get(method, method)):
        for each in _own_classes(plugin_class):
            function = vars(each).get(name)
            if function is not None:
                code = getattr(unwrap(getattr(function, "__func__", function)), "__code__", None)
                if code is not None:
                    return f"{Path(code.co_filename).name}, line {code.co_firstlineno}"
    file = _file_of(plugin_class)
    return f"class {plugin_class.__name__}" + (f" in {Path(file).name}" if file else "")


def folder_of(plugin_class: type[Plugin]) -> Path:
    """Where the plugin's file lies."""
    file = _file_of(plugin_class)
    return Path(file).resolve().parent if file else Path.cwd()


def trying(call: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    """What a call of the author's code returned, and what it raised."""
    try:
        return call(), None
    except (Exception, SystemExit) as error:  # noqa: BLE001  whatever the code raises is told
        return None, error


def _own_classes(plugin_class: type[Plugin]) -> Iterator[type]:
    """The author's classes, the plugin's own first."""
    for each in plugin_class.__mro__:
        if each is not object and not each.__module__.startswith(
            ("devsession.", "omnata_plugin_runtime")
        ):
            yield each


def _file_of(plugin_class: type) -> str | None:
    file: str | None = getattr(sys.modules.get(plugin_class.__module__), "__file__", None)
    return file
