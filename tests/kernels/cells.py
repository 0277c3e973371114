"""A kernel to run cells in, on any kernelspec, through jupyter_client as stock tools use it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jupyter_client.manager import KernelManager

if TYPE_CHECKING:
    from collections.abc import Iterator

FAST = "devsession"


class Cells:
    """A kernel that is ready."""

    def __init__(self, manager: KernelManager) -> None:
        self.manager = manager
        self.client = manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    @property
    def process(self) -> Any:
        return self.manager.provisioner.process

    def run(self, code: str) -> str:
        """What a cell prints; the name of its error, if it raises."""
        printed: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            content = message["content"]
            printed.append(content.get("text", "") or content.get("ename", ""))

        self.client.execute_interactive(code, output_hook=hear, allow_stdin=False, timeout=60)
        return "".join(printed).strip()

    def value(self, expression: str, imports: str = "") -> Any:
        """What an expression is in the kernel."""
        return json.loads(
            self.run(f"import json, os, sys{imports}; print(json.dumps({expression}))")
        )


@contextmanager
def kernel(name: str = FAST, **options: Any) -> Iterator[Cells]:
    """A kernel of this kernelspec, launched with these options of `start_kernel`."""
    manager = KernelManager(kernel_name=name)
    manager.start_kernel(**options)
    cells = None
    try:
        cells = Cells(manager)
        yield cells
    finally:
        if cells is not None:
            cells.client.stop_channels()
        manager.shutdown_kernel(now=True)


def is_forked(cells: Cells) -> bool:
    """Whether it is none that jupyter_client has started."""
    return type(cells.process).__name__ == "ForkedKernel"
