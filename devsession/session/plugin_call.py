"""A call into the author's code: what it raises becomes our error, redacted, with its line."""

from __future__ import annotations

import sys
import traceback
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from socket import gaierror
from typing import TYPE_CHECKING

from devsession.errors import ConnectError, DevsessionError, PluginRaisedError
from devsession.plugin.form.failure import failure_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from devsession.plugin.contract import Plugin
    from devsession.session.vault import Vault

_MEND = "mend it and save plugin.py; the next call uses the new code"
_UNREACHABLE = "see whether the app runs, and its address in the connection form"
_FILL = "fill the form again with the right address and key, or mend {method}() in plugin.py"


@contextmanager
def calling(
    plugin: Plugin,
    method: str,
    vault: Vault,
    *,
    raises: type[DevsessionError] = PluginRaisedError,
    so_far: Callable[[], str] = str,
    exchange: Callable[[], str] = str,
) -> Iterator[None]:
    """Inside, the plugin's method is called.

    so_far: what it had done already when it raised. exchange: its last one with the app, as text.

    Our own errors pass, redacted: they say already what to do. Everything else becomes `raises`,
    without the original behind it: its text may hold a secret, and Python would print it. An app
    that does not answer is a ConnectError, whichever method called it. `fields["failure"]` has what
    a form shows besides: the author's lines, and the exchange.
    """
    try:
        yield
    except DevsessionError as error:
        for name, told in vars(error).items():
            setattr(error, name, vault.redactor.value(told))
        error.args = vault.redactor.value(error.args)
        raise
    except Exception as error:  # noqa: BLE001 - whatever the author's code raises
        name, lost = type(plugin).__name__, _lost_connection(error)
        told = (f"{type(lost).__name__}: {lost}" if lost else str(error)) or "(it says nothing)"
        raise (ConnectError if lost else raises)(
            f"{method}() of {name} could not reach the app"
            if lost
            else f"{method}() of {name} raised {type(error).__name__}",
            said=vault.redactor.text(told),
            tried=so_far(),
            where=vault.redactor.text(_author_line(error, plugin)),
            next_step=_UNREACHABLE
            if lost
            else (_FILL.format(method=method) if raises is ConnectError else _MEND),
            plugin=name,
            method=method,
            failure=asdict(failure_of(error, exchange(), vault.redactor.text)),
        ) from None


def _lost_connection(error: BaseException | None) -> OSError | None:
    """The failure of the network that an error comes from; HTTP libraries wrap it several times."""
    while error is not None:
        if isinstance(error, (ConnectionError, TimeoutError, gaierror)):
            # requests has a ConnectionError too, which is not Python's.
            return error
        error = error.__cause__ or error.__context__
    return None


def _author_line(error: Exception, plugin: Plugin) -> str:
    """The deepest line in the plugin's own folder that the error went through."""
    frames = traceback.extract_tb(error.__traceback__)
    module = sys.modules.get(type(plugin).__module__)
    file = getattr(module, "__file__", None)
    folder = Path(file).parent if file else None
    own = [frame for frame in frames if folder and Path(frame.filename).parent == folder]
    frame = (own or frames)[-1]
    name = Path(frame.filename).name if own else frame.filename
    return f"{name}, line {frame.lineno}, in {frame.name}: {frame.line}"
