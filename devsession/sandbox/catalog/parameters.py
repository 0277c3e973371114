"""What stands behind the question mark of a request."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING

from devsession.sandbox.catalog.refusals import CatalogRefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

_INCLUDED = {"non-deleted": (0,), "deleted": (1,), "all": (0, 1)}


def flag(request: Request, name: str, *, absent: bool = False) -> bool:
    """A parameter that is true or false. Raises: CatalogRefusedError for anything else."""
    said = request.query_params.get(name)
    if said is None:
        return absent
    if said.lower() not in {"true", "false"}:
        raise CatalogRefusedError(400, f"[query param {name} must be true or false]")
    return said.lower() == "true"


def number(request: Request, name: str, absent: int, most: int) -> int:
    """A parameter that is a number. Raises: CatalogRefusedError for anything else."""
    said = request.query_params.get(name)
    if said is None:
        return absent
    if not said.isascii() or not said.isdigit() or int(said) > most:
        raise CatalogRefusedError(400, f"[query param {name} must be a number from 0 to {most}]")
    return int(said)


def included(request: Request) -> Sequence[int]:
    """Which `deleted` a request is about. Raises: CatalogRefusedError for no such."""
    said = request.query_params.get("include", "non-deleted")
    if said not in _INCLUDED:
        raise CatalogRefusedError(
            400, f"[query param include must be one of {', '.join(_INCLUDED)}]"
        )
    return _INCLUDED[said]


def name_in(cursor: str | None) -> str:
    """The name after which a page begins. Raises: CatalogRefusedError for what is no cursor."""
    try:
        return urlsafe_b64decode((cursor or "").encode()).decode()
    except ValueError:
        raise CatalogRefusedError(400, "[query param after is no cursor of this catalog]") from None
