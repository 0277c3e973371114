"""The error for a request that no recording answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import MissError
from devsession.recording.matching import CanonicalRequest, differences, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable


def miss(
    wanted: CanonicalRequest, recorded: Iterable[CanonicalRequest], *, where: str, scope: str = ""
) -> MissError:
    """What was asked, the nearest request that has an answer, and where they differ.

    wanted: redacted, so it may be shown.
    """
    asked = f"{wanted.method} {address(wanted)}"
    near = nearest(wanted, recorded)
    if near is None:
        tried = "the recordings are empty"
    elif near == wanted:
        tried = "each recorded answer to this request was given already"
    else:
        found = differences(wanted, near)
        tried = "\n".join([f"the nearest recorded request: {near.method} {address(near)}", *found])
    return MissError(
        f"no recorded answer to {asked}",
        tried=tried,
        where=where,
        next_step="run it live once, without DEVSESSION_OFFLINE, to record it",
        request=asked,
        scope=scope,
    )


def address(request: CanonicalRequest) -> str:
    """The URL of a request without its query, which is compared part by part."""
    default = {"http": 80, "https": 443}.get(request.scheme)
    port = "" if request.port in (None, default) else f":{request.port}"
    return f"{request.scheme}://{request.host}{port}{request.path}"
