"""A kernel for one notebook: started in its folder, its network shut, killed when it is done."""

from __future__ import annotations

import logging
import os
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import TYPE_CHECKING, Any

from devsession.errors import NotebookError, did_you_mean
from devsession.kernels import FastKernelManager, kernel_name

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from nbformat import NotebookNode

_START_SECONDS = 60
_LAST_LINES = 5
_LOOKED_FOR = 1.0  # seconds
_STOCK = {"python3", "python"}  # which are forked, where that works
_OFFLINE = "DEVSESSION_OFFLINE"
_SHUT = "__import__('devsession.recording.shut').recording.shut.shut()"

QUIET = logging.getLogger(f"{__name__}.nbclient")
"""nbclient logs what is told in reports here."""
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False


@dataclass(frozen=True)
class KernelPlace:
    """What a notebook asks for: which kernel, in which folder; live: whether its network is open."""

    name: str
    folder: Path
    live: bool
    beside: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """Ours, with what is to be `beside` it; the tape answers unless it is live."""
        ours = {name: value for name, value in os.environ.items() if name != _OFFLINE}
        others = {**ours, **self.beside}
        return others if self.live else {**others, _OFFLINE: "1"}


def kernel_place(
    notebook: NotebookNode, path: Path, *, live: bool, environment: Mapping[str, str] | None = None
) -> KernelPlace:
    """Where a notebook runs. environment: beside ours.

    Raises: NotebookError when its kernel is not installed, or is one whose network cannot be shut.
    """
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    name = str(notebook.metadata.get("kernelspec", {}).get("name") or "python3")
    specs = KernelSpecManager()
    try:
        spec = specs.get_kernel_spec(name)
    except NoSuchKernel:
        installed = specs.find_kernel_specs()
        raise NotebookError(
            f"The kernel {name!r} that the notebook asks for is not installed",
            tried=did_you_mean(name, installed),
            where=str(path),
            next_step="choose another one in JupyterLab (Kernel, Change Kernel) and save; or, where "
            f"it is this Python: python -m ipykernel install --sys-prefix --name {name}",
        ) from None
    if not live and spec.language.lower() != "python":
        raise NotebookError(
            f"The network of a {spec.language} kernel cannot be shut",
            tried=f"the kernel {name!r}",
            where=str(path),
            next_step="devsession test --live, if it may call what it likes",
        )
    fast = kernel_name() if name in _STOCK else name
    return KernelPlace(fast, path.parent.resolve(), live, environment or {})


@asynccontextmanager
async def running_kernel(place: KernelPlace) -> AsyncIterator[tuple[Any, Any]]:
    """The manager and the client of a new kernel that is ready; it is killed in the end.

    Raises: NotebookError when it does not start.
    """
    manager = FastKernelManager(kernel_name=place.name)
    client = None
    with tempfile.TemporaryFile() as said:
        try:
            try:
                await manager.start_kernel(
                    cwd=str(place.folder),
                    env=place.environment,
                    extra_arguments=["--HistoryManager.hist_file=:memory:"],
                    # Not ours to show, but for the last lines when it does not start.
                    stdout=said.fileno(),
                    stderr=said.fileno(),
                )
                client = manager.client()
                client.start_channels()
                await client.wait_for_ready(timeout=_START_SECONDS)
                client.allow_stdin = False
                _look_again(client.shell_channel)
                if not place.live:
                    await _shut(client)
            except (RuntimeError, OSError) as error:
                raise _not_started(place, error, said) from error
            yield manager, client
        finally:
            if client is not None:
                client.stop_channels()
            if manager.has_kernel:
                await manager.shutdown_kernel(now=True)
            await manager.cleanup_resources()


def _look_again(channel: Any) -> None:
    """Have replies looked for each second while one waits for them: nbclient writes to this channel
    while it reads from it (for `Output` widgets), and may never be told that a reply has come.

    Source: nbclient issue 312, and the pull request 311.
    """
    once = channel.get_msg

    async def get_msg(timeout: float | None = None) -> Any:
        end = inf if timeout is None else monotonic() + timeout
        while True:
            try:
                return await once(timeout=max(0.0, min(_LOOKED_FOR, end - monotonic())))
            except Empty:
                if monotonic() >= end:
                    raise

    channel.get_msg = get_msg


async def _shut(client: Any) -> None:
    asked = client.execute(_SHUT, silent=True, store_history=False)
    while True:
        reply = await client.get_shell_msg(timeout=_START_SECONDS)
        if reply["parent_header"].get("msg_id") == asked:
            break
    if reply["content"]["status"] != "ok":
        raise RuntimeError(
            f"its network cannot be shut: {reply['content'].get('evalue', '')}; "
            "devsession has to be installed for it"
        )


def _not_started(place: KernelPlace, error: Exception, said: Any) -> NotebookError:
    said.seek(0)
    lines = said.read().decode("utf-8", "replace").strip().splitlines()[-_LAST_LINES:]
    return NotebookError(
        f"The kernel {place.name!r} does not start",
        tried="\n".join([str(error), *lines]),
        where=str(place.folder),
        next_step="start it by hand and look: jupyter console --kernel " + place.name,
    )
