"""Where something is in the author's code: `plugin.py, line 7`."""

from __future__ import annotations

import sys
import traceback
from inspect import unwrap
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# What plugins of the Omnata dialect call it.
_OTHER_NAMES = {"sync_outbound": "apply_records"}


def line_raising(error: BaseException, plugin_class: type) -> str:
    """The deepest of the author's lines that an error came through; "" when there is none."""
    files = {file for each in _own_classes(plugin_class) if (file := file_of(each))}
    cause: BaseException | None = error
    while cause is not None:
        frames = traceback.extract_tb(cause.__traceback__)
        own = [each for each in frames if each.filename in files]
        if own:
            return spelled(own[-1].filename, own[-1].lineno)
        cause = cause.__cause__
    return ""


def line_of(plugin_class: type, method: str) -> str:
    """Where the author has written a method: `plugin.py, line 7`; the class when it is not written."""
    for name in (method, _OTHER_NAMES.get(method, method)):
        for each in _own_classes(plugin_class):
            function = vars(each).get(name)
            if function is not None:
                code = getattr(unwrap(getattr(function, "__func__", function)), "__code__", None)
                if code is not None:
                    return spelled(code.co_filename, code.co_firstlineno)
    file = file_of(plugin_class)
    return f"class {plugin_class.__name__}" + (f" in {Path(file).name}" if file else "")


def spelled(file: str, line: int | None) -> str:
    """`plugin.py, line 7`."""
    return f"{Path(file).name}, line {line}"


def folder_of(plugin_class: type) -> Path:
    """Where the plugin's file lies."""
    file = file_of(plugin_class)
    return Path(file).resolve().parent if file else Path.cwd()


def _own_classes(plugin_class: type) -> Iterator[type]:
    """The author's classes, the plugin's own first."""
    for each in plugin_class.__mro__:
        if each is not object and not each.__module__.startswith(
            ("devsession.", "omnata_plugin_runtime")
        ):
            yield each


def file_of(plugin_class: type) -> str | None:
    """The plugin's file; None when it has none."""
    file: str | None = getattr(sys.modules.get(plugin_class.__module__), "__file__", None)
    return file
