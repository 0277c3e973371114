"""What differs between two requests, field by field, and which recorded one is nearest."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from devsession.recording.body import Multipart

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from devsession.plugin.request_matching import JsonPath
    from devsession.recording.body import Body
    from devsession.recording.matching import CanonicalRequest

_SHOWN = 12
_WIDTH = 120
_BEFORE = 40  # characters shown before the first one that differs, of a long text
_COUNTED = 200  # differences of one candidate; the nearest has fewer
_READ = 4_000_000  # characters of candidates' bodies that are read to find the nearest


class Difference(NamedTuple):
    """One part that differs: `text` says how; `parameter` or `json_path` is what it is called.

    ours, theirs: the two values as text, None where there is none.
    """

    text: str
    parameter: str | None = None
    json_path: JsonPath | None = None
    ours: str | None = None
    theirs: str | None = None


def differences(wanted: CanonicalRequest, recorded: CanonicalRequest) -> list[Difference]:
    """The parts that differ, the first of them, as `body.contacts[0].email: 'b@x', recorded 'a@x'`."""
    return list(islice(_differences(wanted, recorded), _COUNTED))


def contents(request: CanonicalRequest) -> list[str]:
    """What a request holds besides its URL, as lines."""
    lines = [f"query {name}: {_short(value)}" for name, value in request.query]
    lines += [f"header {name}: {_short(value)}" for name, value in request.headers]
    if isinstance(request.body, str):
        lines.append(f"body: {_cut(request.body)}")
    elif isinstance(request.body, Multipart):
        lines += [f"body part {part.name}: {_short(part.body)}" for part in request.body.parts]
    elif isinstance(request.body, bytes):
        lines += [f"body: {_short(request.body)}"] if request.body else []
    else:
        lines += [f"body {name}: {_short(value)}" for name, value in request.body]
    return lines[:_SHOWN]


def shown(found: list[Difference]) -> list[str]:
    """The first differences as lines, and how many more there are."""
    more = len(found) - _SHOWN
    number = f"at least {more}" if len(found) == _COUNTED else str(more)
    return [each.text for each in found[:_SHOWN]] + ([f"and {number} more"] if more > 0 else [])


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
    candidates, read = [ties[0]], _size(ties[0].body)
    for key in ties[1:]:
        read += _size(key.body)
        if read > _READ:
            break
        candidates.append(key)
    if len(candidates) == 1:
        return candidates[0]
    opened = _opened(wanted.body)
    return min(candidates, key=lambda key: _count(wanted, opened, key))


class _Number(NamedTuple):
    """A number in JSON by its spelling: 1, 1.0 and "1" differ, and so do -0.0 and 0.0."""

    spelling: str

    def __repr__(self) -> str:
        return self.spelling


_DECODER = json.JSONDecoder(parse_int=_Number, parse_float=_Number, parse_constant=_Number)


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


def _count(wanted: CanonicalRequest, opened: Any, recorded: CanonicalRequest) -> int:
    outside = wanted._replace(body=b"")
    place = sum(1 for _ in islice(_differences(outside, recorded._replace(body=b"")), _COUNTED))
    body = islice(_body_differences("body", wanted.body, recorded.body, opened), _COUNTED)
    return place + sum(1 for _ in body)


def _differences(wanted: CanonicalRequest, recorded: CanonicalRequest) -> Iterator[Difference]:
    for name in ("method", "scheme", "host", "port", "path"):
        ours, theirs = getattr(wanted, name), getattr(recorded, name)
        if ours != theirs:
            yield Difference(_line(name, ours, theirs))
    yield from _pair_differences("query", wanted.query, recorded.query)
    for found in _pair_differences("header", wanted.headers, recorded.headers):
        yield found._replace(parameter=None)
    yield from _body_differences("body", wanted.body, recorded.body)


def _opened(body: Body) -> Any:
    """A body of JSON, read; of others None."""
    return _DECODER.decode(body) if isinstance(body, str) else None


def _body_differences(
    place: str, ours: Body, theirs: Body, opened: Any = None
) -> Iterator[Difference]:
    if ours == theirs:
        return
    if isinstance(ours, str) and isinstance(theirs, str):
        try:
            mine = _opened(ours) if opened is None else opened
            yield from _value_differences(place, mine, _opened(theirs))
        except RecursionError:
            yield Difference(f"{place}: JSON that differs, and is too deep to show where")
    elif isinstance(ours, Multipart) and isinstance(theirs, Multipart):
        yield from _part_differences(place, ours, theirs)
    elif isinstance(ours, str | bytes | Multipart) or isinstance(theirs, str | bytes | Multipart):
        yield _whole_difference(place, ours, theirs)
    else:
        yield from _pair_differences(place, ours, theirs)


def _whole_difference(place: str, ours: Body, theirs: Body) -> Difference:
    kinds = _kind(ours), _kind(theirs)
    if kinds[0] != kinds[1] and ours and theirs:
        return Difference(f"{place}: {kinds[0]}, recorded {kinds[1]}")
    return Difference(_line(place, ours, theirs))


def _kind(body: Body) -> str:
    if isinstance(body, str):
        return "JSON"
    if isinstance(body, Multipart):
        return "multipart"
    return "text or bytes" if isinstance(body, bytes) else "a form"


def _value_differences(place: str, ours: Any, theirs: Any) -> Iterator[Difference]:
    """Depth first, without recursion: JSON may be deeper than Python's stack."""
    waiting: list[tuple[JsonPath, Any, Any]] = [((), ours, theirs)]
    while waiting:
        path, mine, other = waiting.pop()
        if mine == other:
            continue
        inner: list[tuple[JsonPath, Any, Any]] = []
        if isinstance(mine, dict) and isinstance(other, dict):
            for name in dict.fromkeys([*mine, *other]):
                pair = mine.get(name, _NOTHING), other.get(name, _NOTHING)
                inner.append(((*path, name), *pair))
        elif type(mine) is list and type(other) is list:
            if len(mine) != len(other):
                text = f"{_at(place, path)}: {len(mine):,} items, recorded {len(other):,}"
                yield Difference(text, json_path=path)
            pairs = enumerate(zip(mine, other, strict=False))
            inner = [((*path, at), *pair) for at, pair in pairs if pair[0] != pair[1]]
        else:
            yield _value_difference(place, path, mine, other)
        waiting += reversed(inner)


def _value_difference(place: str, path: JsonPath, ours: Any, theirs: Any) -> Difference:
    where = _at(place, path)
    if theirs is _NOTHING:
        text = f"{where}: {_short(ours)}, recorded without it"
    elif ours is _NOTHING:
        text = f"{where}: missing, recorded {_short(theirs)}"
    else:
        text = _line(where, ours, theirs)
    return Difference(text, json_path=path, ours=_plain(ours), theirs=_plain(theirs))


def _part_differences(place: str, ours: Multipart, theirs: Multipart) -> Iterator[Difference]:
    if len(ours.parts) != len(theirs.parts):
        yield Difference(f"{place}: {len(ours.parts)} parts, recorded {len(theirs.parts)}")
    mine, other = _numbered(ours), _numbered(theirs)
    for key in dict.fromkeys([*mine, *other]):
        name = key[0] or f"{key[1] + 1}"
        part = f"{place} part {name}" + (f" ({key[1] + 1})" if key[0] and key[1] else "")
        if key not in mine or key not in other:
            text = "missing, recorded with it" if key in other else "recorded without it"
            yield Difference(f"{part}: {text}", parameter=key[0] or None)
            continue
        one, two = mine[key], other[key]
        for field in ("filename", "content_type"):
            if getattr(one, field) != getattr(two, field):
                line = _line(f"{part} {field}", getattr(one, field), getattr(two, field))
                yield Difference(line)
        for found in _body_differences(part, one.body, two.body):
            if found.json_path is None and not one.filename:
                yield found._replace(
                    parameter=key[0] or None, ours=_plain(one.body), theirs=_plain(two.body)
                )
            else:
                yield found


def _numbered(body: Multipart) -> dict[tuple[str, int], Any]:
    """Parts by their name and how many of that name came before."""
    numbered: dict[tuple[str, int], Any] = {}
    counts: dict[str, int] = {}
    for part in body.parts:
        number = counts.get(part.name, 0)
        counts[part.name] = number + 1
        numbered[part.name, number] = part
    return numbered


def _pair_differences(
    place: str, ours: Iterable[tuple[str, str]], theirs: Iterable[tuple[str, str]]
) -> Iterator[Difference]:
    mine, other = _grouped(ours), _grouped(theirs)
    for name in dict.fromkeys([*mine, *other]):
        one, two = mine.get(name), other.get(name)
        if one != two:
            line = _line(f"{place} {name}", one, two)
            yield Difference(line, name, None, _plain(one), _plain(two))


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in grouped.items()}


_NOTHING = object()


def _at(place: str, path: JsonPath) -> str:
    return place + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def _line(place: str, ours: Any, theirs: Any) -> str:
    if type(ours) is type(theirs) and isinstance(ours, str | bytes):
        start = max(0, _first_difference(ours, theirs) - _BEFORE)
        if start and max(len(ours), len(theirs)) > _WIDTH:
            return (
                f"{place}, from character {start:,}: "
                f"{_short(ours[start:])}, recorded {_short(theirs[start:])}"
            )
    return f"{place}: {_short(ours)}, recorded {_short(theirs)}"


def _first_difference(ours: Any, theirs: Any) -> int:
    """How many characters at the beginning are the same."""
    low, high = 0, min(len(ours), len(theirs))
    while low < high:
        middle = (low + high + 1) // 2
        if ours[low:middle] == theirs[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _plain(value: Any) -> str | None:
    """A value as text, without the quotes of a string."""
    if isinstance(value, bytes):
        value = value[:_WIDTH].decode("utf-8", "backslashreplace")
    if isinstance(value, _Number):
        return value.spelling
    return value if isinstance(value, str) else None


def _short(value: Any) -> str:
    if value is None or value == b"" or value is _NOTHING:
        return "nothing"
    if isinstance(value, bytes):
        value = value[: _WIDTH * 2].decode("utf-8", "backslashreplace")
    if isinstance(value, str):
        value = value[: _WIDTH * 2]
    elif isinstance(value, dict | list):
        return _cut("".join(islice(_pieces(value), _WIDTH)))
    return _cut(repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"


def _pieces(value: Any) -> Iterator[str]:
    """A list or an object bit by bit: writing out all of a large one takes long."""
    if isinstance(value, dict):
        yield "{"
        for at, (name, inner) in enumerate(value.items()):
            yield f"{', ' if at else ''}{name!r}: "
            yield from _pieces(inner)
        yield "}"
    elif type(value) is list:
        yield "["
        for at, inner in enumerate(value):
            yield ", " if at else ""
            yield from _pieces(inner)
        yield "]"
    else:
        yield repr(value[: _WIDTH * 2] if isinstance(value, str) else value)
