"""Running a notebook's cells, one after the other, until the end or until one fails."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from devsession.testing.notebooks.kernel import QUIET
from devsession.testing.notebooks.tags import cell_tags

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbformat import NotebookNode

_LONGEST = 1_000_000
_INTERRUPTED = "Interrupted"
_ASKS = "StdinNotImplementedError"


@dataclass(frozen=True)
class Limits:
    """How long a cell, and a whole notebook, may take: seconds."""

    cell: float = 300
    notebook: float = 1800


@dataclass(frozen=True)
class Stop:
    """Why a run did not go on. number: of the cell, from 1. state: raised, timeout, input or dead."""

    number: int
    state: str
    why: str


@dataclass
class Execution:
    """How far a run went; the outputs are in the notebook. seconds: of each cell, by its number."""

    stop: Stop | None = None
    seconds: dict[int, float] = field(default_factory=dict)


async def execute(
    notebook: NotebookNode,
    kernel: tuple[Any, Any],
    limits: Limits,
    *,
    began: Callable[[int], None] = lambda _number: None,
    ended: Callable[[int], None] = lambda _number: None,
) -> Execution:
    """Run the cells in a kernel and put their outputs into the notebook, which has none yet.

    An exception stops it unless the cell's tags allow one; so does a cell that asks for input, or
    takes too long (it is interrupted first, so that its traceback says where it was), or ends the
    kernel. began, ended: told the number of each cell that runs.
    """
    done = Execution()
    client = _Client(notebook, *kernel, limits)
    for number, cell in enumerate(notebook.cells, 1):
        if not runs(cell):
            continue
        began(number)
        start = monotonic()
        stop = await client.run(cell, number, may_raise=cell_tags(cell).may_raise)
        done.seconds[number] = monotonic() - start
        ended(number)
        if stop is not None:
            done.stop = stop
            break
    client.set_widgets_metadata()
    return done


class _Client(NotebookClient):
    """nbclient on a kernel that runs already."""

    def __init__(
        self, notebook: NotebookNode, manager: Any, client: Any, limits: Limits
    ) -> None:
        super().__init__(
            notebook,
            km=manager,
            log=QUIET,
            allow_errors=True,
            record_timing=False,
            interrupt_on_timeout=True,
            error_on_timeout={"ename": _INTERRUPTED, "evalue": "", "traceback": []},
            timeout_func=self._left,
        )
        self.kc = client
        self.on_cell_executed = self._keep_reply
        self._limits = limits
        self._end = monotonic() + limits.notebook
        self._reply: dict[str, Any] = {}

    async def run(self, cell: NotebookNode, number: int, *, may_raise: bool) -> Stop | None:
        """Run one cell; why the notebook cannot go on after it."""
        self._reply = {}
        try:
            await self.async_execute_cell(cell, number - 1)
        except DeadKernelError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():  # which nbclient takes for a kernel's death
                raise asyncio.CancelledError from None
            return Stop(number, "dead", "the kernel died while it ran" + await self._exit_code())
        except CellTimeoutError:
            return Stop(number, "timeout", "its outputs did not arrive")
        if self._reply.get("status") != "error":
            return None
        name = str(self._reply.get("ename", ""))
        if name == _INTERRUPTED:
            return Stop(number, "timeout", self._too_long())
        if name == _ASKS:
            why = "it asks for input, and nobody is there to answer; give it a parameter instead"
            return Stop(number, "input", why)
        if may_raise:
            return None
        said = str(self._reply.get("evalue", "")).split("\n", 1)[0]
        return Stop(number, "raised", f"{name}: {said}".strip(": "))

    def _left(self, _cell: object) -> float:
        # Nothing, for nbclient, is no limit at all; ZeroMQ counts milliseconds in 31 bits.
        return max(0.001, min(self._limits.cell, self._end - monotonic(), _LONGEST))

    def _too_long(self) -> str:
        if monotonic() >= self._end:
            return f"it ran when the notebook's {self._limits.notebook:g} s were over"
        return f"it still ran after {self._limits.cell:g} s"

    async def _exit_code(self) -> str:
        code = await self.km.provisioner.poll() if self.km and self.km.provisioner else None
        if code is None:
            return ""
        return f" (signal {-code})" if code < 0 else f" (exit code {code})"

    def _keep_reply(self, *, execute_reply: dict[str, Any], **_: object) -> None:
        self._reply = execute_reply["content"]


def runs(cell: NotebookNode) -> bool:
    """Whether a cell is given to the kernel."""
    return cell.cell_type == "code" and bool(cell.source.strip()) and not cell_tags(cell).skipped


def forget_outputs(notebook: NotebookNode) -> None:
    """As if the notebook had never been run."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
