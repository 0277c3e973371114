"""Fast kernels: forked from a process of their own that has loaded what notebooks import.

A kernelspec, `devsession`, offers them to whatever runs notebooks (`papermill -k devsession`,
`pytest --nbval --nbval-kernel-name devsession`); `FastKernelManager` is for our own runner. Each is
a real, isolated ipykernel. From the runner to the kernel:

    provisioner.py   what jupyter_client loads for the kernelspec, with the stock kernel to fall back on
    parents.py       the parents of this runner: begun, kept, asked for a kernel
    parent.py        what runs in a parent: forks, passes signals on, ends when the runner does
    preloaded.py     what a parent has loaded, and whether it may still be forked
    child.py         a forked process becomes a kernel, with nothing of its parent's state
    forked.py        the kernel, as its runner holds it
    manager.py       for our own runner: quick to be ready, killed at once
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devsession.kernels.here import kernel_name
    from devsession.kernels.manager import FastKernelManager

__all__ = ["FastKernelManager", "kernel_name"]

# Loaded when first used: a parent imports this package before all else.
_HOMES = {
    "FastKernelManager": "devsession.kernels.manager",
    "kernel_name": "devsession.kernels.here",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'devsession.kernels' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
