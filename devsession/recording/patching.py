"""vcrpy's patches of the HTTP libraries, which stay in place while a call is made.

Stock vcrpy lifts them for a moment whenever a thread opens a connection, for all threads: what
the others ask for meanwhile goes past the cassette, to the app.
"""

from __future__ import annotations

import contextlib
import http.client
from contextlib import contextmanager
from types import FunctionType
from typing import TYPE_CHECKING, Any
from unittest import mock

import vcr.patch
from vcr.stubs import VCRConnection, VCRHTTPSConnection

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def patches_stay() -> Iterator[None]:
    """Inside, what vcrpy has patched is patched for every thread, all the time."""
    with (
        mock.patch.object(vcr.patch, "force_reset", contextlib.nullcontext),
        mock.patch.object(VCRHTTPSConnection, "_baseclass", _HTTPSConnection),
        mock.patch.object(VCRConnection, "__init__", _init),
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


_stub_init = VCRConnection.__init__


def _init(connection: Any, *args: Any, **options: Any) -> None:
    """Of a stub, or of a real connection whose class calls its parent by name, as httplib2's do."""
    if isinstance(connection, VCRConnection):
        _stub_init(connection, *args, **options)
    elif isinstance(connection, vcr.patch._HTTPSConnection):
        _HTTPSConnection.__init__(connection, *args, **options)
    else:
        vcr.patch._HTTPConnection.__init__(connection, *args, **options)
