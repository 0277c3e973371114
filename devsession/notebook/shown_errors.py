"""Errors of the author's own cells, shown without secrets: a URL in one may hold the key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.notebook.kernel import running_shell

if TYPE_CHECKING:
    from collections.abc import Callable

# The shell remembers what it did before, so that a second call replaces the first.
_BEFORE = "_devsession_showtraceback"


def redact_shown_errors(redact: Callable[[str], str]) -> None:
    """From now on each error is shown through `redact`: its text and its traceback.

    Nothing happens outside IPython.
    """
    shell = running_shell()
    if shell is None:
        return
    show: Callable[[Any, Any, list[str]], None] = getattr(shell, _BEFORE, shell._showtraceback)

    def show_redacted(etype: Any, evalue: Any, stb: list[str]) -> None:
        show(etype, redact(str(evalue)), [redact(line) for line in stb])

    setattr(shell, _BEFORE, show)
    shell._showtraceback = show_redacted
