"""papermill and nbval, as they are, run notebooks on the kernelspec; nbclient does on our manager."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING

import nbformat
import papermill
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook, new_output

from devsession.kernels import FastKernelManager
from tests.kernels.cells import FAST
from tests.kernels.processes import left_of, parent_of

if TYPE_CHECKING:
    from pathlib import Path

    from nbformat import NotebookNode

FORKED = "import os; print(open(f'/proc/{os.getppid()}/cmdline').read().count('kernels.parent'))"


def notebook(*cells: str) -> NotebookNode:
    spec = {"name": FAST, "language": "python", "display_name": "Python (devsession)"}
    return new_notebook(
        cells=[new_code_cell(each, id=f"cell-{place}") for place, each in enumerate(cells)],
        metadata={"kernelspec": spec},
    )


def outputs(done: NotebookNode) -> list[str]:
    return [each.get("text", "").strip() for cell in done.cells for each in cell.outputs]


def test_papermill_runs_on_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source = notebook("n = 1", "print(n + 1)", FORKED)
    source.cells[0].metadata["tags"] = ["parameters"]
    for cell in source.cells:
        cell.metadata.setdefault("tags", [])
    nbformat.write(source, tmp_path / "in.ipynb")

    done = papermill.execute_notebook(
        str(tmp_path / "in.ipynb"), None, {"n": 41}, kernel_name=FAST, progress_bar=False
    )

    assert outputs(done) == ["42", "1"]
    assert "without encryption" not in capfd.readouterr().err


def test_nbval_runs_on_it(tmp_path: Path) -> None:
    stored = notebook("print(1 + 1)", FORKED)
    for cell, text in zip(stored.cells, ("2\n", "1\n"), strict=True):
        cell.execution_count = 1
        cell.outputs = [new_output("stream", name="stdout", text=text)]
    stored.metadata.kernelspec.name = "python3"
    nbformat.write(stored, tmp_path / "stored.ipynb")

    options = ["-p", "nbval.plugin", "--nbval", "--nbval-kernel-name", FAST, "-q"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "stored.ipynb"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert "2 passed" in done.stdout, done.stdout


def run(source: NotebookNode, manager: FastKernelManager, folder: Path) -> NotebookNode:
    """As our runner does it, with a manager of its own."""

    async def running() -> NotebookNode:
        client = NotebookClient(source, km=manager, resources={"metadata": {"path": str(folder)}})
        try:
            return await client.async_execute()
        finally:
            client.kc.stop_channels()
            await manager.shutdown_kernel()

    return asyncio.run(running())


def test_nbclient_runs_on_our_manager(tmp_path: Path) -> None:
    history = "print(get_ipython().history_manager.hist_file)"
    slider = "import ipywidgets; ipywidgets.IntSlider(7)"

    done = run(
        notebook("import os; print(os.getcwd())", FORKED, history, slider),
        FastKernelManager(),
        tmp_path,
    )

    assert outputs(done)[:3] == [str(tmp_path), "1", ":memory:"]
    widgets = done.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    models = {each["model_name"]: each["state"] for each in widgets.values()}
    assert models["IntSliderModel"]["value"] == 7


def test_our_manager_tells_an_error_and_a_dead_kernel(tmp_path: Path) -> None:
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        run(notebook("1 / 0"), FastKernelManager(), tmp_path)
    with pytest.raises(DeadKernelError):
        run(notebook("import os; os._exit(1)"), FastKernelManager(), tmp_path)


def test_our_manager_kills_at_once_whatever_runs(tmp_path: Path) -> None:
    async def running() -> None:
        manager = FastKernelManager()
        await manager.start_kernel(cwd=str(tmp_path))
        client = manager.client()
        client.start_channels()
        await client.wait_for_ready(timeout=60)
        client.execute("import signal; signal.pthread_sigmask(2, [15]); [0 for _ in iter(int, 1)]")
        client.stop_channels()
        process = manager.provisioner.process
        kernel = parent_of(process.pid).children()
        await manager.shutdown_kernel()

        assert process.poll() == -9
        assert left_of(kernel) == []

    asyncio.run(running())


def test_a_kernel_that_does_not_answer_in_time_is_told(tmp_path: Path) -> None:
    async def running() -> None:
        manager = FastKernelManager()
        await manager.start_kernel(cwd=str(tmp_path))
        client = manager.client()
        client.start_channels()
        try:
            manager.provisioner.process.send_signal(19)  # SIGSTOP
            with pytest.raises(RuntimeError, match=r"didn't respond in 0\.2 seconds"):
                await client.wait_for_ready(timeout=0.2)
            manager.provisioner.process.kill()
            with pytest.raises(RuntimeError, match="died before replying"):
                await client.wait_for_ready(timeout=60)
        finally:
            client.stop_channels()
            await manager.shutdown_kernel()

    asyncio.run(running())
