"""Notebooks as tests: run anew, and compared with the outputs that they are stored with."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def _without(name: str) -> Iterator[None]:
    """Inside, a package that is not loaded yet counts as not installed."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]


# jsonschema compiles 39 grammars with it, for a second, to check a format that no notebook has.
with _without("rfc3987_syntax"):
    import nbformat  # noqa: F401
