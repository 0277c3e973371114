"""How far an inbound run is, in a line."""

from __future__ import annotations

import io

from rich.console import Console

from devsession.cli.stream_progress import StreamProgressLine
from devsession.notebook.stream_progress import NotebookStreamProgress, streams_progress_text
from devsession.plugin.inbound import StreamProgress

PROGRESS = {
    "people": StreamProgress("people", started=True, records=800, total=1_000),
    "notes": StreamProgress(
        "notes", started=True, records=1_400, total=5_000, total_is_estimate=True
    ),
    "clicks": StreamProgress("clicks", started=True, records=3),
    "tasks": StreamProgress("tasks"),
}


def test_it_tells_of_each_stream_that_was_begun() -> None:
    assert streams_progress_text(PROGRESS) == (
        "2,203 records: people 800 of 1,000, notes 1,400 of about 5,000, clicks 3"
    )


def test_a_terminal_shows_it_and_a_pipe_nothing() -> None:
    terminal, pipe = io.StringIO(), io.StringIO()
    for written, is_terminal in ((terminal, True), (pipe, False)):
        console = Console(file=written, force_terminal=is_terminal, width=200)
        with StreamProgressLine(wanted=True, console=console) as line:
            line.read(PROGRESS)
            line.ended()

    assert "people 800 of 1,000" in terminal.getvalue()
    assert pipe.getvalue() == ""


def test_outside_of_a_notebook_nothing_is_shown() -> None:
    progress = NotebookStreamProgress()
    progress.read(PROGRESS)
    progress.ended()

    assert progress._display is None
