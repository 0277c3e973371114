"""The error for a request that no recording answers, and the words for one that was not sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import MissError
from devsession.recording.differences import contents, differences, shown
from devsession.recording.matching import DEFAULT_PORTS, PLAIN, CanonicalRequest
from devsession.recording.nearest import nearest
from devsession.recording.volatile import ignoring_line
from devsession.render import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from devsession.plugin.request_matching import RequestMatching

# A report shows no more; comparing each of thousands with thousands would take minutes.
MOST_COMPARED = 20
NOT_COMPARED = f"not compared with the recordings, as the {MOST_COMPARED} misses before were"
_LIVE = "run it live once, without DEVSESSION_OFFLINE, to record it"


def miss(
    wanted: CanonicalRequest,
    recorded: Iterable[CanonicalRequest],
    *,
    where: str,
    scope: str = "",
    matching: RequestMatching = PLAIN,
    without: str = "the recordings are empty",
) -> MissError:
    """What was asked, the nearest request that has an answer, and where they differ.

    wanted: redacted, so it may be shown. recorded: what to compare with; `without` says why there
    is nothing. When only clocks or random numbers differ, the next step is the line of plugin.py
    that ignores them, `suggestion` among the error's fields.
    """
    asked = f"{wanted.method} {address(wanted)}"
    near = nearest(wanted, recorded)
    suggestion = ""
    if near is None:
        tried = without
    elif near == wanted:
        tried = "each recorded answer to this request was given already"
    else:
        found = differences(wanted, near)
        suggestion = ignoring_line(found, matching)
        nearest_one = f"the nearest recorded request: {near.method} {address(near)}"
        tried = "\n".join([nearest_one, *shown(found)])
    return MissError(
        f"no recorded answer to {asked}",
        tried=tried,
        where=where,
        next_step=f"{ignored(suggestion)}\nelse {_LIVE}" if suggestion else _LIVE,
        request=asked,
        scope=scope,
        suggestion=suggestion,
    )


def ignored(suggestion: str) -> str:
    """What to do when a request differs in nothing but clocks or random numbers."""
    return f"if this differs in every run, write in the plugin class: {suggestion}"


def not_sent(
    recorded: CanonicalRequest,
    *,
    times: int,
    sent: int,
    missed: Iterable[CanonicalRequest] = (),
    compared: bool = False,
) -> str:
    """Which recorded request was not asked for, and how the nearest one that was asked differs.

    times: how often it was recorded; sent: how often it was asked for. missed: what was asked for
    and not recorded. compared: whether a miss has said how it differs from what was asked.
    """
    said = f"recorded, but not sent: {recorded.method} {address(recorded)}"
    if times > 1:
        said += f" ({counted(times, 'time')} recorded, {sent:,} sent)"
    if sent or compared:
        return said
    near = nearest(recorded, missed)
    if near is None:
        return "\n".join([said, *contents(recorded)])
    nearest_one = f"the nearest request that was sent: {near.method} {address(near)}"
    return "\n".join([said, nearest_one, *shown(differences(near, recorded))])


def address(request: CanonicalRequest) -> str:
    """The URL of a request without its query, which is compared part by part."""
    default = DEFAULT_PORTS.get(request.scheme)
    port = "" if request.port in (None, default) else f":{request.port}"
    host = f"[{request.host}]" if ":" in request.host else request.host
    return f"{request.scheme}://{host}{port}{request.path}"
