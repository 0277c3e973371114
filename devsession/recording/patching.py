"""vcrpy's patches of the HTTP libraries, which stay in place while a call is made.

Stock vcrpy lifts them for a moment whenever a thread opens a connection, for all threads: what
the others ask for meanwhile goes past the cassette, to the app.
"""

from __future__ import annotations

import contextlib
import http.client
from contextlib import contextmanager
from types import FunctionType
from typing import TYPE_CHECKING
from unittest import mock

import vcr.patch
from vcr.stubs import VCRHTTPSConnection

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def patches_stay() -> Iterator[None]:
    """Inside, what vcrpy has patched is patched for every thread, all the time."""
    with (
        mock.patch.object(vcr.patch, "force_reset", contextlib.nullcontext),
        mock.patch.object(VCRHTTPSConnection, "_baseclass", _HTTPSConnection),
    ):
        yield


class _HTTPSConnection(vcr.patch._HTTPSConnection):  # type: ignore[misc]
    """Can be made while a stub stands in http.client, where its parent looks for itself by name."""

    __init__ = FunctionType(
        vcr.patch._HTTPSConnection.__init__.__code__,
        {**vars(http.client), "HTTPSConnection": vcr.patch._HTTPSConnection},
        "__init__",
        vcr.patch._HTTPSConnection.__init__.__defaults__,
        vcr.patch._HTTPSConnection.__init__.__closure__,
    )
    __init__.__kwdefaults__ = vcr.patch._HTTPSConnection.__init__.__kwdefaults__
