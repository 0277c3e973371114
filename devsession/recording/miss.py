"""The error for a request that no recording answers, and the words for one that was not sent."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from devsession.errors import MissError
from devsession.recording.body import Multipart
from devsession.recording.differences import (
    COUNTED,
    contents,
    differences,
    each_difference,
    opened,
    shown,
)
from devsession.recording.matching import DEFAULT_PORTS, PLAIN, CanonicalRequest
from devsession.recording.volatile import ignoring_line
from devsession.render import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from devsession.plugin.request_matching import RequestMatching
    from devsession.recording.body import Body

# A report shows no more; comparing each of thousands with thousands would take minutes.
MOST_COMPARED = 20
_READ = 4_000_000  # characters of candidates' bodies that are read to find the nearest
_LIVE = "run it live once, without DEVSESSION_OFFLINE, to record it"


def miss(
    wanted: CanonicalRequest,
    recorded: Iterable[CanonicalRequest] | None,
    *,
    where: str,
    scope: str = "",
    matching: RequestMatching = PLAIN,
) -> MissError:
    """What was asked, the nearest request that has an answer, and where they differ.

    wanted: redacted, so it may be shown. recorded: what to compare with, None for a miss after
    `MOST_COMPARED` others. When only clocks or random numbers differ, the next step is the line of
    plugin.py that ignores them, `suggestion` among the error's fields.
    """
    asked = f"{wanted.method} {address(wanted)}"
    near = nearest(wanted, recorded or ())
    suggestion = ""
    if recorded is None:
        tried = f"not compared with the recordings, as the {MOST_COMPARED} misses before were"
    elif near is None:
        tried = "the recordings are empty"
    elif near == wanted:
        tried = "each recorded answer to this request was given already"
    else:
        found = differences(wanted, near)
        suggestion = ignoring_line(found, matching)
        nearest_one = f"the nearest recorded request: {near.method} {address(near)}"
        tried = "\n".join([nearest_one, *shown(found)])
    return MissError(
        f"No recorded answer to {asked}",
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
    alone: bool = True,
) -> str:
    """Which recorded request was not asked for; what it held, where nothing else differs.

    times: how often it was recorded; sent: how often it was asked for. alone: whether nothing was
    asked for that is not recorded; what comes after such a miss differs because of it.
    """
    said = f"recorded, but not sent: {recorded.method} {address(recorded)}"
    if times > 1:
        said += f" ({counted(times, 'time')} recorded, {sent:,} sent)"
    return said if sent or not alone else "\n".join([said, *contents(recorded)])


def address(request: CanonicalRequest) -> str:
    """The URL of a request without its query, which is compared part by part."""
    default = DEFAULT_PORTS.get(request.scheme)
    port = "" if request.port in (None, default) else f":{request.port}"
    host = f"[{request.host}]" if ":" in request.host else request.host
    return f"{request.scheme}://{host}{port}{request.path}"


def nearest(
    wanted: CanonicalRequest, recorded: Iterable[CanonicalRequest]
) -> CanonicalRequest | None:
    """The recorded request that differs least: first by method and URL, then by body.

    Of very many, or very large, bodies those nearest in size are read.
    """
    known = list(dict.fromkeys(recorded))
    if not known:
        return None
    places = [_distance(wanted, key) for key in known]
    least = min(places)
    ties = [key for key, place in zip(known, places, strict=True) if place == least]
    size = _size(wanted.body)
    ties.sort(key=lambda key: abs(_size(key.body) - size))
    candidates, total = [ties[0]], _size(ties[0].body)
    for key in ties[1:]:
        total += _size(key.body)
        if total > _READ:
            break
        candidates.append(key)
    if len(candidates) == 1:
        return candidates[0]
    read = opened(wanted.body)

    def count(key: CanonicalRequest) -> int:
        return sum(1 for _ in islice(each_difference(wanted, key, read), COUNTED))

    return min(candidates, key=count)


def _distance(wanted: CanonicalRequest, recorded: CanonicalRequest) -> tuple[int, int]:
    place = (wanted.host != recorded.host or wanted.port != recorded.port) * 4
    path = _uncommon(wanted.path.split("/"), recorded.path.split("/"))
    method = wanted.method != recorded.method
    rest = method + (wanted.query != recorded.query) + (wanted.headers != recorded.headers)
    return place + path * 2 + rest, int(wanted.body != recorded.body)


def _uncommon(ours: list[str], theirs: list[str]) -> int:
    return abs(len(ours) - len(theirs)) + sum(a != b for a, b in zip(ours, theirs, strict=False))


def _size(body: Body) -> int:
    if isinstance(body, str | bytes):
        return len(body)
    if isinstance(body, Multipart):
        return sum(len(part.name) + _size(part.body) for part in body.parts)
    return sum(len(name) + len(value) for name, value in body)
