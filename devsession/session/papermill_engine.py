"""papermill's `--engine devsession`: our runner under its command line and its API.

Other than with its own engine, an unknown parameter or one of a wrong type is an error before
anything runs; kernels are forked where that works; a known secret that a cell puts out fails it, and
is nowhere in what is saved. The network is open, but with DEVSESSION_OFFLINE=1.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from papermill.engines import Engine

from devsession.errors import NotebookError
from devsession.session.notebook_home import NotebookHome
from devsession.session.workspace import offline_requested
from devsession.testing.notebooks.hiding import hide_secrets, without_secrets
from devsession.testing.notebooks.kernel import kernel_place, running_kernel
from devsession.testing.notebooks.parameters import check
from devsession.testing.notebooks.running import Execution, Limits, execute, forget_outputs

if TYPE_CHECKING:
    from nbformat import NotebookNode
    from papermill.engines import NotebookExecutionManager

_NO_LIMIT = float("inf")
_LOG = logging.getLogger("papermill")


class DevsessionEngine(Engine):  # type: ignore[misc]
    """What papermill loads by the entry point."""

    @classmethod
    def execute_notebook(cls, nb: NotebookNode, kernel_name: str, **settings: Any) -> NotebookNode:
        """Refuse wrong parameters, and those that hold a secret, before papermill saves them.

        Raises: NotebookError.
        """
        where = str(settings.get("input_path") or "the notebook")
        if given := nb.metadata.get("papermill", {}).get("parameters"):
            check(nb, given, where=where)
            if without_secrets(nb, _redactor()) is not nb:
                raise NotebookError(
                    "The notebook or a parameter holds a secret, and would be saved with it",
                    where=where,
                    next_step="have the notebook look it up: devsession.secret(NAME), or os.environ",
                )
        executed: NotebookNode = super().execute_notebook(nb, kernel_name, **settings)
        return executed

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        log_output: bool = False,
        execution_timeout: float | None = None,
        **settings: Any,
    ) -> None:
        """Run it in papermill's folder.

        Raises: NotebookError where a cell did not fail by itself: its kernel died, it took too
        long, asked for input, or put out a secret. The notebook is saved.
        """
        from nbclient.util import run_sync

        notebook = nb_man.nb
        forget_outputs(notebook)
        limits = Limits(cell=execution_timeout or _NO_LIMIT, notebook=_NO_LIMIT)
        files = {name: settings.get(f"{name}_file") for name in ("stdout", "stderr")}
        saved = _Saved(nb_man, files, log=log_output)
        done = run_sync(_run)(saved, kernel_name, limits)
        if saved.secrets or (done.stop and done.stop.state != "raised"):
            raise NotebookError(
                "The notebook was not run to its end" if done.stop else "A secret was put out",
                tried="\n".join([*saved.secrets, *([done.stop.why] if done.stop else [])]),
                where=f"cell {done.stop.number}" if done.stop else "",
                next_step="mend the cell; the notebook that was saved shows all that came before it",
            )


class _Saved:
    """Has papermill save the notebook around each cell, without secrets."""

    def __init__(self, manager: Any, files: dict[str, Any], *, log: bool) -> None:
        self.manager = manager
        self.secrets: list[str] = []
        self._files = files
        self._log = log

    def began(self, number: int) -> None:
        self.manager.cell_start(self.manager.nb.cells[number - 1], number - 1)

    def ended(self, number: int) -> None:
        """All that was put out until now is searched: a cell may change what another has shown."""
        notebook = self.manager.nb
        for at, names in hide_secrets(notebook, _redactor()).items():
            self.secrets.append(f"cell {at} put out the secret {', '.join(names)}")
        cell = notebook.cells[number - 1]
        self._tell(cell)
        self.manager.cell_complete(cell, number - 1)

    def failed(self, number: int) -> None:
        self.manager.cell_exception(self.manager.nb.cells[number - 1], number - 1)
        self.manager.save()

    def _tell(self, cell: NotebookNode) -> None:
        """`--log-output`, `--stdout-file` and `--stderr-file`, when the cell has ended."""
        for output in cell.outputs:
            if output.output_type == "stream":
                if file := self._files[output.name]:
                    file.write(output.text)
                    file.flush()
                if self._log:
                    _LOG.log(
                        logging.INFO if output.name == "stdout" else logging.WARNING, output.text
                    )
            elif self._log and "text/plain" in output.get("data", {}):
                _LOG.info("".join(output.data["text/plain"]))


async def _run(saved: _Saved, kernel_name: str, limits: Limits) -> Execution:
    notebook = saved.manager.nb
    live = not offline_requested()
    notebook.metadata.setdefault("kernelspec", {})["name"] = kernel_name
    place = kernel_place(notebook, Path.cwd() / "notebook", live=live)
    async with running_kernel(place) as kernel:
        done = await execute(notebook, kernel, limits, began=saved.began, ended=saved.ended)
    for names in hide_secrets(notebook, _redactor()).values():  # the state of widgets comes last
        saved.secrets.append(f"the state of its widgets holds the secret {', '.join(names)}")
    if done.stop:
        saved.failed(done.stop.number)
    return done


def _redactor() -> Any:
    return NotebookHome().redactor(Path.cwd() / "notebook")
