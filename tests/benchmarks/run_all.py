"""Restart Kernel and Run All Cells of notebook 03, from the tape: a forked kernel against a stock one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import nbformat
from jupyter_client.manager import KernelManager

from devsession.session.workspace import OFFLINE_VARIABLE
from devsession.warehouse import embedded_service
from tests.benchmarks.figure import Figure

_SHIPPED = Path(__file__).parent.parent.parent / "notebooks"
_NOTEBOOK = "03_outbound.ipynb"
_RUNS = 5
_SECONDS = 120


def run_all_to_green() -> Figure:
    """Seconds from the restart to the last cell's end, the median of five, in turn.

    The kernelspec `devsession` against `python3`. The warehouse runs, and each has run all before.
    """
    with TemporaryDirectory() as name:
        folder = Path(name) / _SHIPPED.name
        shutil.copytree(_SHIPPED, folder, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        fast, stock = _Page("devsession", folder), _Page("python3", folder)
        try:
            fast.run_all()
            stock.run_all()
            runs = [(fast.restart_and_run_all(), stock.restart_and_run_all()) for _ in range(_RUNS)]
        finally:
            fast.manager.shutdown_kernel(now=True)
            stock.manager.shutdown_kernel(now=True)
            embedded_service(folder).stop()
    ours, baseline = zip(*runs, strict=True)
    return Figure(median(ours), median(baseline))


class _Page:
    """A notebook that is open, and its kernel."""

    def __init__(self, kernel: str, folder: Path) -> None:
        cells = nbformat.read(folder / _NOTEBOOK, 4).cells
        self._sources = [cell.source for cell in cells if cell.cell_type == "code"]
        self.manager = KernelManager(kernel_name=kernel)
        environment = {**os.environ, OFFLINE_VARIABLE: "1"}
        self.manager.start_kernel(cwd=str(folder), env=environment)

    def restart_and_run_all(self) -> float:
        start = perf_counter()
        self.manager.restart_kernel(now=True)
        self.run_all()
        return perf_counter() - start

    def run_all(self) -> None:
        """With a client of its own: one from before a restart waits for what does not come."""
        client = self.manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=_SECONDS)
            for source in self._sources:
                self._green(client.execute_interactive(source, **_QUIETLY)["content"])
        finally:
            client.stop_channels()

    def _green(self, reply: dict[str, Any]) -> None:
        if reply["status"] != "ok":
            raise RuntimeError(f"a cell failed: {reply.get('ename')}: {reply.get('evalue')}")


_QUIETLY: dict[str, Any] = {
    "allow_stdin": False,
    "timeout": _SECONDS,
    "output_hook": lambda _message: None,
}
