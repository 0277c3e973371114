"""Notebooks as tests: `devsession test` against stock nbval, and against papermill and then nbval."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar

import nbformat
from nbclient import NotebookClient

from tests.benchmarks.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOTEBOOKS, CELLS = 8, 54
_RUNS = 3
_NBVAL = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval"]
_OURS = [sys.executable, "-m", "devsession", "test", "--live"]
_PAPERMILL = """
import sys
from pathlib import Path
from papermill import execute_notebook

for path in sorted(Path(sys.argv[1]).glob("*.ipynb")):
    execute_notebook(path, Path(sys.argv[2]) / path.name, {"n": 3}, cwd=sys.argv[1], progress_bar=False)
"""
_CELLS = [
    "n = 3",
    "import pandas as pd\nframe = pd.DataFrame({'id': range(n * 10), 'name': 'x'})\nframe.head(n)",
    "import ipywidgets\nslider = ipywidgets.IntSlider(value=n, description='Records')\nslider",
    "import requests\nrequests.get('ADDRESS/records', timeout=10).json()",
    "for number in range(n):\n    print('record', number)",
    "frame.groupby('name')['id'].agg(['sum', 'mean']).round(2)",
    "frame['missing']",
]
# papermill stops at any exception, whatever the tags of its cell say.
_CAUGHT = "try:\n    frame['missing']\nexcept KeyError as error:\n    print('no column', error)"


def notebook_replay_vs_nbval() -> Figure:
    """Seconds for 8 notebooks, 54 cells: pandas, widgets, HTTP to a loopback server, errors.

    One worker each, bytecode compiled; the median of three runs, in turn with the baseline.
    """
    with _notebooks() as folder:
        ours, nbval = [*_OURS, str(folder)], [*_NBVAL, str(folder)]
        return _measured(lambda: _run(ours), lambda: _run(nbval))


def notebook_replay_vs_papermill_nbval() -> Figure:
    """The same notebooks with their parameter set; the baseline is papermill, each in one process of
    it, and nbval on what it has written. Exceptions are caught in their cells."""
    with _notebooks(_CAUGHT) as folder, TemporaryDirectory() as written:
        ours = [*_OURS, "-p", "n=3", str(folder)]

        def chain() -> None:
            _run([sys.executable, "-c", _PAPERMILL, str(folder), written])
            _run([*_NBVAL, written])

        return _measured(lambda: _run(ours), chain)


def _measured(ours: Callable[[], None], baseline: Callable[[], None]) -> Figure:
    times: dict[Callable[[], None], list[float]] = {ours: [], baseline: []}
    for _ in range(_RUNS + 1):  # the first one compiles bytecode
        for run, taken in times.items():
            start = perf_counter()
            run()
            taken.append(perf_counter() - start)
    return Figure(*(median(taken[1:]) for taken in times.values()))


def _run(command: list[str]) -> None:
    with TemporaryDirectory() as elsewhere:  # where there is no project to be audited
        subprocess.run(command, check=True, capture_output=True, cwd=elsewhere)


@contextmanager
def _notebooks(last: str = _CELLS[-1]) -> Iterator[Path]:
    with TemporaryDirectory() as name, _server() as address:
        folder = Path(name)
        left = CELLS
        for number in range(NOTEBOOKS):
            count = -(-left // (NOTEBOOKS - number))
            left -= count
            _store(folder / f"notebook_{number}.ipynb", count, address, last)
        yield folder


def _store(path: Path, count: int, address: str, last: str) -> None:
    """A notebook of so many cells, with the outputs that a stock kernel gives."""
    sources = [*_CELLS[:-1], last]
    if count < len(sources):
        del sources[2]  # a shorter one has no widget
    notebook = nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        }
    )
    for source in sources:
        text = source.replace("\\\n", "\n").replace("ADDRESS", address)
        notebook.cells.append(nbformat.v4.new_code_cell(text))
    notebook.cells[0].metadata.tags = ["parameters"]
    notebook.cells[-1].metadata.tags = ["raises-exception"]
    NotebookClient(notebook, record_timing=False).execute()
    path.write_text(nbformat.writes(notebook), encoding="utf-8")


class _Records(BaseHTTPRequestHandler):
    protocol_version: ClassVar[str] = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b'{"records": [1, 2, 3]}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
        """Nothing is printed."""


@contextmanager
def _server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Records)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
