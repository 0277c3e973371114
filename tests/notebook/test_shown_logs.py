"""Log records hold no secret, whichever library logs and whatever handles them."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

import pytest

from devsession.notebook.shown_logs import ShownLogs
from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator

CANARY = 'ca/na+ry="&é0815'
PLACEHOLDER = "REDACTED-api-key"


class Place:
    """An object that a library logs as it is, as httpx does with addresses."""

    def __str__(self) -> str:
        return f"https://app.test/{CANARY}"


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    """A logger of a library; its handler is made before anything is redacted."""
    log = logging.getLogger("a_library.deep_inside")
    log.propagate = False
    log.setLevel(logging.DEBUG)
    yield log
    log.handlers.clear()


@pytest.fixture
def written(log: logging.Logger) -> io.StringIO:
    """What the handler wrote."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s", defaults={"place": "nowhere"}))
    log.addHandler(handler)
    return stream


@pytest.fixture
def shown_logs(written: io.StringIO) -> Iterator[ShownLogs]:
    logs = ShownLogs(lambda: Redactor({"api_key": CANARY}))
    logs.register()
    yield logs
    logs.unregister()


@pytest.mark.parametrize(
    ("message", "values"),
    [
        (f"the key is {CANARY}", ()),
        ("the key is %s", (CANARY,)),
        ("GET %s 100%%", (Place(),)),
        ("%r and %d", (CANARY, 7)),
        ("%(key)s", ({"key": CANARY},)),
        ("%s", ({"nested": [Place(), CANARY]},)),
        ("%s%s", ("ca/na+ry", '="&é0815')),
        (Place(), ()),
    ],
)
def test_a_record_holds_no_secret(
    message: object,
    values: tuple[object, ...],
    shown_logs: ShownLogs,
    log: logging.Logger,
    written: io.StringIO,
) -> None:
    log.info(message, *values)

    assert CANARY not in written.getvalue()
    assert PLACEHOLDER in written.getvalue()


def test_other_records_stay_as_they_are(
    shown_logs: ShownLogs, log: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    log.addHandler(caplog.handler)
    values = (object(), 7, "100 %")

    log.info("%s %d %s", *values)

    assert (caplog.records[0].msg, caplog.records[0].args) == ("%s %d %s", values)


def test_values_are_kept_apart_for_handlers_that_look_at_them(
    shown_logs: ShownLogs, log: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    log.addHandler(caplog.handler)

    log.info('"%s %s" %d', "GET", f"/?key={CANARY}", 200)

    assert caplog.records[0].args == ("GET", f"/?key={PLACEHOLDER}", 200)


def test_an_exception_with_its_cause_and_notes_holds_no_secret(
    shown_logs: ShownLogs, log: logging.Logger, written: io.StringIO
) -> None:
    error = ValueError("no")
    error.__cause__ = KeyError(CANARY)
    error.add_note(f"with {CANARY}")

    log.error("failed", exc_info=error, stack_info=True)

    assert CANARY not in written.getvalue()
    assert written.getvalue().count(PLACEHOLDER) == 2
    assert "ValueError: no\nwith REDACTED-api-key" in written.getvalue()


def test_what_a_call_adds_holds_no_secret(
    shown_logs: ShownLogs, log: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    log.addHandler(caplog.handler)

    log.info("called", extra={"headers": {"x-key": CANARY}, "place": Place(), "tries": 3})

    extra = {name: getattr(caplog.records[0], name) for name in ("headers", "place", "tries")}
    assert extra == {
        "headers": {"x-key": PLACEHOLDER},
        "place": f"https://app.test/{PLACEHOLDER}",
        "tries": 3,
    }


def test_what_logging_says_of_a_wrong_call_holds_no_secret(shown_logs: ShownLogs) -> None:
    wrong = logging.makeLogRecord({"msg": f"{CANARY} %s", "args": (CANARY, 7)})

    record = shown_logs.redacted(wrong)

    assert (record.msg, record.args) == (f"{PLACEHOLDER} %s", (PLACEHOLDER, 7))


def test_nothing_is_redacted_afterwards(
    shown_logs: ShownLogs, log: logging.Logger, written: io.StringIO
) -> None:
    before = logging.Logger.handle
    shown_logs.unregister()

    log.info("%s", CANARY)

    assert written.getvalue() == f"{CANARY}\n"
    assert logging.Logger.handle is not before


def test_a_second_one_replaces_the_first(
    shown_logs: ShownLogs, log: logging.Logger, written: io.StringIO
) -> None:
    other = ShownLogs(lambda: Redactor({"token": "tok-0123456789"}))
    other.register()
    log.info("%s tok-0123456789", CANARY)
    other.unregister()
    shown_logs.unregister()

    assert written.getvalue() == f"{CANARY} REDACTED-token\n"
    assert "devsession" not in logging.Logger.handle.__module__


def test_it_goes_on_behind_somebody_else_and_ends_there(
    shown_logs: ShownLogs,
    log: logging.Logger,
    written: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours = logging.Logger.handle

    def another(logger: logging.Logger, record: logging.LogRecord) -> None:
        ours(logger, record)

    monkeypatch.setattr(logging.Logger, "handle", another)
    log.info(CANARY)
    shown_logs.unregister()
    log.info(CANARY)

    assert written.getvalue() == f"{PLACEHOLDER}\n{CANARY}\n"


def test_a_record_that_no_handler_takes_is_not_searched(
    shown_logs: ShownLogs, log: logging.Logger, written: io.StringIO
) -> None:
    class Unread:
        """As a kernel's own messages, which it logs for handlers that it does not have."""

        def __str__(self) -> str:
            return str(pytest.fail("nobody shows it"))

    log.handlers = log.handlers[:1]  # pytest has added its own, which take everything
    log.handlers[0].setLevel(logging.WARNING)

    log.debug("%s", Unread())
    log.warning("the key is %s", CANARY)

    assert written.getvalue() == f"the key is {PLACEHOLDER}\n"
