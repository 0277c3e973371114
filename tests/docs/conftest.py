"""Pages call their plugin `plugin`, and so do other tests: each is imported anew."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("plugin", "policies", "acme_client", "audit_client")


@pytest.fixture(autouse=True)
def modules_of_pages() -> Iterator[None]:
    """Forgotten before and after."""
    path = list(sys.path)
    forget()
    yield
    forget()
    sys.path[:] = path


def forget() -> None:
    for name in NAMES:
        sys.modules.pop(name, None)
