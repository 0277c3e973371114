"""Incremental runs: a watermark never goes past what the sink has confirmed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from devsession.errors import SetupError
from devsession.openmetadata import (
    OMError,
    Sink,
    Watermarks,
    Workflow,
)
from tests.openmetadata.acme import AcmeSource, Kept

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.openmetadata.steps.steps import Item

HOUR = timedelta(hours=1)


@pytest.fixture
def watermarks(tmp_path: Path) -> Watermarks:
    return Watermarks(tmp_path / "watermarks.json", "acme", made_of={"host": "a"}, lookback=HOUR)


def test_the_second_run_reads_from_the_first_ones_start_less_the_lookback(
    watermarks: Watermarks,
) -> None:
    flow = Workflow(AcmeSource, Kept(), service="acme", watermarks=watermarks)
    first, second = flow.run(), flow.run()
    assert first.since is None
    assert second.since == first.started_ms - 3_600_000


class Refusing(Sink):
    def write(self, item: Item) -> list[OMError]:
        return [OMError("x", "409")]


class Unsettled(Kept):
    def flush(self) -> list[OMError]:
        raise ConnectionError("gone")


class Unclosed(Kept):
    def close(self) -> None:
        raise ConnectionError("gone")


@pytest.mark.parametrize("sink", [Refusing, Unsettled, Unclosed])
def test_it_stays_where_it_is_when_anything_was_lost(
    sink: type[Sink], watermarks: Watermarks
) -> None:
    watermarks.move(5_000_000)
    Workflow(AcmeSource, sink(), service="acme", watermarks=watermarks).run()
    assert watermarks.since() == 1_400_000


def test_what_was_made_with_another_configuration_or_catalog_does_not_count(
    watermarks: Watermarks,
) -> None:
    watermarks.move(5_000_000)
    assert replace(watermarks, made_of={"host": "b"}).since() is None
    assert replace(watermarks, workflow="other").since() is None


def test_deleting_what_was_not_seen_reads_everything(watermarks: Watermarks) -> None:
    class Deleting(Kept):
        def delete_unseen(self, kinds: object = None) -> None:
            pass

    watermarks.move(5_000_000)
    flow = Workflow(AcmeSource, Deleting(), service="acme", watermarks=watermarks)
    assert flow.run(delete_unseen=True).since is None


KILLED = """
import os, sys
from pathlib import Path
from devsession.openmetadata import Sink, Watermarks, Workflow
from tests.openmetadata.acme import AcmeSource, Kept

class Killed(Kept):
    def close(self):  # everything is stored, and the watermark has not moved
        os._exit(9)

Workflow(AcmeSource, Killed(), watermarks=Watermarks(Path(sys.argv[1]), "acme")).run()
"""


def test_a_kill_between_sink_and_watermark_reads_it_again(tmp_path: Path) -> None:
    marks = Watermarks(tmp_path / "watermarks.json", "acme", lookback=timedelta())
    marks.move(5_000)
    done = subprocess.run([sys.executable, "-c", KILLED, str(marks.path)], check=False, timeout=60)
    assert done.returncode == 9
    assert marks.since() == 5_000


def test_a_file_that_cannot_be_read_is_told(watermarks: Watermarks) -> None:
    watermarks.path.write_text("[1]")
    with pytest.raises(SetupError, match="The watermarks cannot be read"):
        watermarks.since()
