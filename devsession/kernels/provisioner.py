"""What jupyter_client loads for the kernelspec: a forked kernel, or else the stock one."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import IO, TYPE_CHECKING, Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from devsession.kernels.here import can_fork
from devsession.kernels.parents import Launch, NotForkedError, fork_kernel

if TYPE_CHECKING:
    from jupyter_client.connect import KernelConnectionInfo

# What a kernel may be launched with that a forked one gets too; the rest needs a new process.
_KNOWN = {"env", "cwd", "stdin", "stdout", "stderr", "kernel_id", "extra_arguments", "independent"}
_OFTEN = 0.005  # seconds between two looks at whether it has ended
_AT_ONCE = 0.5  # seconds in which most have ended that were killed, or asked to end

_said: set[str] = set()


class ForkProvisioner(LocalProvisioner):
    """Forks kernels, where that can be done; where not, it says so once and starts stock ones."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Launch a kernel with the command and environment that jupyter_client has made up."""
        folder = Path(kwargs.get("cwd") or Path.cwd()).absolute()
        if not folder.is_dir():  # the error of a stock kernel says it well
            return await super().launch_kernel(cmd, **kwargs)
        try:
            self.process = await _forked(cmd, str(folder), kwargs)
        except (NotForkedError, OSError) as error:
            _say_once(f"devsession: a kernel starts the usual, slower way: {error}")
            return await super().launch_kernel(cmd, **kwargs)
        self.pid = self.process.pid
        self.pgid = (
            None  # so that `process` sends signals, which knows whether the group is still its
        )
        self.cwd = folder
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        """Kill the kernel, and see it end: the manager would look again much later."""
        await super().kill(restart=restart)
        await self._see_it_end()

    async def shutdown_requested(self, restart: bool = False) -> None:
        """The kernel was asked to end: see it end, for the same reason."""
        await super().shutdown_requested(restart=restart)
        await self._see_it_end()

    async def _see_it_end(self) -> None:
        until = monotonic() + _AT_ONCE
        while await self.poll() is None and monotonic() < until:
            await asyncio.sleep(_OFTEN)


async def _forked(command: list[str], folder: str, kwargs: dict[str, Any]) -> Any:
    if not can_fork():
        raise NotForkedError("fast ones need pidfd_open, which Linux has from 5.3 on")
    others = sorted(kwargs.keys() - _KNOWN)
    if others or kwargs.get("independent"):
        asked = ", ".join(others) or "that it outlives its runner"
        raise NotForkedError(f"a fast one cannot have what was asked for: {asked}")
    with Path(os.devnull).open("r+b") as nothing:
        streams = (
            _descriptor(kwargs.get("stdin"), nothing, nothing.fileno()),
            _descriptor(kwargs.get("stdout"), nothing, 1),
            _descriptor(kwargs.get("stderr"), nothing, 2),
        )
        return await fork_kernel(Launch(command, dict(kwargs["env"]), folder, streams))


def _descriptor(asked: IO[Any] | int | None, nothing: IO[bytes], own: int) -> int:
    """What a stream given as for `subprocess.Popen` is in the kernel."""
    if asked is None:
        return own
    if asked == subprocess.DEVNULL:
        return nothing.fileno()
    if isinstance(asked, int) and asked < 0:
        raise NotForkedError("its stdin, stdout or stderr is to be a pipe")
    return asked if isinstance(asked, int) else asked.fileno()


def _say_once(text: str) -> None:
    if text not in _said:
        _said.add(text)
        with suppress(OSError, AttributeError):  # a runner without a stderr is not told
            sys.stderr.write(f"{text}\n")
