"""Log records of this process without secrets, whichever library logs and whatever handles them."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.secrets.redact import Redactor

# What every record has, and no author's value is in but for its message; the rest is `extra`.
_OWN = {*vars(logging.makeLogRecord({})), "message", "asctime"}
_HANDLE, _OWNER = "handle", "_devsession_owner"


class ShownLogs:
    """Redacts each record before its logger gives it to any handler, those made earlier too.

    It is no record factory: what a call adds with `extra=` comes after that.

    redactor: the one that knows what is secret by then.
    """

    def __init__(self, redactor: Callable[[], Redactor]) -> None:
        self._redactor = redactor
        self._on = False
        self._before: Any = None
        self._standing: Any = None

    def register(self) -> None:
        """From now on, instead of whoever did it before; the same again changes nothing."""
        self._on = True
        former = getattr(logging.Logger.handle, _OWNER, self)
        if former is not self:
            former.unregister()
        if self._standing is None:
            self._before = before = logging.Logger.handle
            self._standing = lambda logger, record: before(
                logger, self.redacted(record) if _is_taken(logger, record) else record
            )
            setattr(self._standing, _OWNER, self)
            setattr(logging.Logger, _HANDLE, self._standing)

    def unregister(self) -> None:
        """Leave records as they are."""
        self._on = False
        # Who has come to stand before us goes on calling us.
        if self._standing is not None and logging.Logger.handle is self._standing:
            setattr(logging.Logger, _HANDLE, self._before)
            self._standing = None

    def redacted(self, record: logging.LogRecord) -> logging.LogRecord:
        """The record, now without a secret in message, values, exception and `extra`."""
        redactor = self._redactor()
        if self._on and redactor.names:
            _redact_message(record, redactor)
            _redact_exception(record, redactor)
            for name in vars(record).keys() - _OWN:
                setattr(record, name, _value(getattr(record, name), redactor))
        return record


def _is_taken(logger: logging.Logger, record: logging.LogRecord) -> bool:
    """Whether a handler takes it, as `Logger.callHandlers` asks.

    A kernel logs each message that it gets, in full, for handlers that it does not have.
    """
    asked: logging.Logger | None = logger
    has_handlers = False
    while asked is not None:
        if any(record.levelno >= handler.level for handler in asked.handlers):
            return True
        has_handlers = has_handlers or bool(asked.handlers)
        asked = asked.parent if asked.propagate else None
    last = logging.lastResort
    return not has_handlers and last is not None and record.levelno >= last.level


def _redact_message(record: logging.LogRecord, redactor: Redactor) -> None:
    """Its values are kept apart where that suffices: some handlers look at them."""
    shown = _message(record)
    clean = None if shown is None else redactor.text(shown)
    if clean is not None and clean == shown and not isinstance(record.args, dict):
        return
    record.msg = _value(record.msg, redactor)
    if isinstance(record.args, dict):
        record.args = {name: _value(held, redactor) for name, held in record.args.items()}
    else:
        record.args = tuple(_value(held, redactor) for held in record.args or ())
    if clean is not None and _message(record) != clean:
        record.msg, record.args = clean, None


def _message(record: logging.LogRecord) -> str | None:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - a call with the wrong values: logging itself says so
        return None


def _redact_exception(record: logging.LogRecord, redactor: Redactor) -> None:
    if record.exc_info and record.exc_info[0]:
        text = record.exc_text or "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
        clean = redactor.text(text)
        if clean != text:
            # A handler that formats exceptions itself would show this one.
            record.exc_info, record.exc_text = None, clean
    elif record.exc_text:
        record.exc_text = redactor.text(record.exc_text)
    if record.stack_info:
        record.stack_info = redactor.text(record.stack_info)


def _value(value: Any, redactor: Redactor) -> Any:
    """The value, or its text when it is an object that would show a secret."""
    if value is None or isinstance(value, str | bytes | int | float | dict | list | tuple):
        return redactor.value(value)
    try:
        shown = str(value)
    except Exception:  # noqa: BLE001 - whoever logs it will see
        return value
    clean = redactor.text(shown)
    return value if clean == shown else clean
