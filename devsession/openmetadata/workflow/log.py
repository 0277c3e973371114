"""The log of a workflow's run: JSON lines, one for each loss, and one for how it ended.

It is written through the logger `devsession.openmetadata`, whose records carry `entity`, `step` and
`cause`, without secrets; an author's own handlers get the same.
"""

from __future__ import annotations

import json
import logging
import re
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession.openmetadata.steps.either import OMError
    from devsession.openmetadata.workflow.report import WorkflowReport

LOGGER = logging.getLogger("devsession.openmetadata")
# Who has no handler reads the report; Python would print each line.
LOGGER.addHandler(logging.NullHandler())
_FACTS = ("event", "entity", "step", "cause", "state", "status")
_MODE = 0o600


def log_loss(error: OMError) -> None:
    """One entity is lost."""
    extra = {"entity": error.name, "step": error.step, "cause": error.error}
    LOGGER.error("%s: %s", error.step, error, extra=extra)


def log_end(report: WorkflowReport) -> None:
    """The run is over."""
    LOGGER.info("%s", report.headline, extra={"state": report.state})


@contextmanager
def logged_into(folder: Path, service: str) -> Iterator[Path]:
    """Inside, runs are logged in a file of this folder, named after the service; it begins anew."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    named = re.sub(r"[^\w.-]", "_", service)
    path = folder / f"workflow-{named}.jsonl"
    path.touch(mode=_MODE)
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(JsonLines())
    LOGGER.addHandler(handler)
    try:
        yield path
    finally:
        LOGGER.removeHandler(handler)
        handler.close()


class JsonLines(logging.Formatter):
    """A record as a line of JSON, with the facts that it carries."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        facts = {name: getattr(record, name) for name in _FACTS if hasattr(record, name)}
        line = {"time": moment, "level": record.levelname, "message": record.getMessage(), **facts}
        return json.dumps(line, ensure_ascii=False)
