"""Kernels for our own runner: quick to be ready, killed at once."""

from __future__ import annotations

from queue import Empty
from time import monotonic

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from traitlets import Type, default

from devsession.kernels.here import FAST, STOCK, kernel_name

_AGAIN = 0.5  # seconds after which a kernel that has not answered is asked again


class FastKernelClient(AsyncKernelClient):
    """A client that knows a kernel is ready by its answers on both channels, with no fixed wait."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers; all it has said until then has been read.

        timeout: seconds; None waits as long as it takes.
        Raises: RuntimeError when the kernel has died, or the time is over.
        """
        until = float("inf") if timeout is None else monotonic() + timeout
        while not await self._answers(self.kernel_info(), min(until, monotonic() + _AGAIN)):
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if monotonic() >= until:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    async def _answers(self, asked: str, until: float) -> bool:
        """Whether it answers a request on shell, and has then said on iopub that it is idle."""
        try:
            while True:
                reply = await self.get_shell_msg(timeout=max(0.0, until - monotonic()))
                if reply["parent_header"].get("msg_id") == asked:
                    break
            self._handle_kernel_info_reply(reply)
            while True:
                told = await self.get_iopub_msg(timeout=max(0.0, until - monotonic()))
                is_idle = told["content"].get("execution_state") == "idle"
                if is_idle and told["parent_header"].get("msg_id") == asked:
                    return True
        except Empty:
            return False


class FastKernelManager(AsyncKernelManager):
    """A kernel that is forked where that works, ready quickly, and killed at once when shut down.

    It is nbclient's `km=`. `start_kernel` comes back when the kernel is bound to its ports, before
    anybody connects: to have one ahead, start the next notebook's while this one runs.
    """

    client_factory = Type(klass=FastKernelClient)

    @default("kernel_name")
    def _kernel_that_works_here(self) -> str:
        return kernel_name()

    @default("client_factory")
    def _fast_client(self) -> type[FastKernelClient]:
        return FastKernelClient

    @property
    def ipykernel(self) -> bool:
        """It is one: nbclient keeps what notebooks run out of the person's own history."""
        return self.kernel_name in {FAST, STOCK, "python"}

    async def _async_shutdown_kernel(self, now: bool = True, restart: bool = False) -> None:  # noqa: ARG002
        """Kill it, whatever `now` says: a notebook run for its outputs has nothing to put away."""
        await super()._async_shutdown_kernel(now=True, restart=restart)

    shutdown_kernel = _async_shutdown_kernel
