"""What a kernel sends to its page, without secrets: prints, results, errors, widgets.

All of it goes through one method, whatever thread it comes from, so that is where we stand. A
secret that is printed in two parts is found when the kernel sends them together, as it does with
what is printed at once. A child process that writes past Python's streams is not seen here.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from devsession.notebook.kernel import running_kernel

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.secrets.redact import Redactor

_log = logging.getLogger("devsession")

# The kernel's session remembers what it did before, so that a second call replaces the first.
_BEFORE = "_devsession_send"
# What an author's code can fill; the rest is the protocol's, where a word that happens to be a
# secret means something else: `ok`, `stdout`, `update`.
# Source: jupyter_client, messaging, versions 5.3 and 5.4; ipywidgets, widget messages 2.1.
_AUTHORS = {"text", "ename", "evalue", "traceback", "data", "metadata", "user_expressions", "code"}
_AUTHORS |= {"payload", "prompt", "matches", "history", "body"}
_PROTOCOL = {"method", "buffer_paths"}
_SHORT_NUMBER = 6


def redact_shown_outputs(redactor: Callable[[], Redactor]) -> None:
    """From now on all that this kernel sends goes through the redactor; nothing outside a kernel.

    redactor: the one that knows what is secret by then.
    """
    session = getattr(running_kernel(), "session", None)
    if session is None:
        return
    send = getattr(session, _BEFORE, session.send)

    def send_redacted(
        stream: Any,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        ident: Any = None,
        buffers: Any = None,
        **others: Any,
    ) -> Any:
        now = redactor()
        if now.names:
            if isinstance(msg_or_type, dict):
                clean = _content(msg_or_type.get("content"), now)
                msg_or_type = {**msg_or_type, "content": clean}
                buffers = buffers or msg_or_type.get("buffers")
            content = _content(content, now)
            buffers = buffers and [_buffer(buffer, now) for buffer in buffers]
        return send(stream, msg_or_type, content, parent, ident, buffers, **others)

    setattr(session, _BEFORE, send)
    session.send = send_redacted


def _content(content: Any, redactor: Redactor) -> Any:
    if not isinstance(content, dict):
        return content
    return {
        name: _searched(part, redactor) if name in _AUTHORS else part
        for name, part in content.items()
    }


def _searched(part: Any, redactor: Redactor) -> Any:
    """A part without secrets. One that cannot be searched is not shown; the kernel lives on."""
    try:
        return _authors(part, redactor)
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing may go out unsearched
        _log.warning("an output is not shown, it could not be searched: %s", type(error).__name__)
        return type(part)() if isinstance(part, str | list | dict) else None


def _authors(part: Any, redactor: Redactor) -> Any:
    """A part that an author's code fills; its first names are MIME types, or a widget's."""
    if not isinstance(part, dict):
        return _value(part, redactor)
    return {
        name: held if name in _PROTOCOL else _state(name, held, redactor)
        for name, held in part.items()
    }


def _state(name: str, held: Any, redactor: Redactor) -> Any:
    if name != "state" or not isinstance(held, dict):
        return _value(held, redactor)
    # A trait with an underscore says which program draws the widget.
    return {
        trait: value if str(trait).startswith("_") else _value(value, redactor)
        for trait, value in held.items()
    }


def _value(value: Any, redactor: Redactor) -> Any:
    if isinstance(value, dict):
        return {_value(key, redactor): _value(item, redactor) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_value(item, redactor) for item in value]
    if isinstance(value, int | float) and len(str(value)) < _SHORT_NUMBER:
        return value  # a slider's place, not a secret
    return redactor.value(value)


def _buffer(buffer: Any, redactor: Redactor) -> Any:
    held = bytes(buffer)
    clean = redactor.data(held)
    return buffer if clean is held else clean
