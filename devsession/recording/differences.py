"""What differs between two requests, field by field."""

from __future__ import annotations

import json
from itertools import islice
from operator import eq
from typing import TYPE_CHECKING, Any, NamedTuple

from devsession.recording.body import Multipart
from devsession.recording.shown_values import NOTHING, WIDTH, Number, line, printable, short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from devsession.plugin.request_matching import JsonPath
    from devsession.recording.body import Body
    from devsession.recording.matching import CanonicalRequest

COUNTED = 200  # differences of two requests; the rest is not looked for
_SHOWN = 12


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
    return list(islice(each_difference(wanted, recorded), COUNTED))


def contents(request: CanonicalRequest) -> list[str]:
    """What a request holds besides its URL, as lines."""
    lines = [f"query {printable(name)}: {short(value)}" for name, value in request.query]
    lines += [f"header {name}: {short(value)}" for name, value in request.headers]
    if isinstance(request.body, str):
        lines.append(f"body: {printable(request.body)}")
    elif isinstance(request.body, Multipart):
        lines += [
            f"body part {printable(part.name)}: {short(_text(part.body))}"
            for part in request.body.parts
        ]
    elif isinstance(request.body, bytes):
        lines += [f"body: {short(request.body)}"] if request.body else []
    else:
        lines += [f"body {printable(name)}: {short(value)}" for name, value in request.body]
    return lines[:_SHOWN]


def shown(found: list[Difference]) -> list[str]:
    """The first differences as lines, and how many more there are."""
    more = len(found) - _SHOWN
    number = f"at least {more}" if len(found) == COUNTED else str(more)
    return [each.text for each in found[:_SHOWN]] + ([f"and {number} more"] if more > 0 else [])


_DECODER = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=Number)


def each_difference(
    wanted: CanonicalRequest, recorded: CanonicalRequest, read: Any = None
) -> Iterator[Difference]:
    """All of them, one after the other. read: the wanted body, when it is read already."""
    for name in ("method", "scheme", "host", "port", "path"):
        ours, theirs = getattr(wanted, name), getattr(recorded, name)
        if ours != theirs:
            yield Difference(line(name, ours, theirs))
    yield from _pair_differences("query", wanted.query, recorded.query)
    for found in _pair_differences("header", wanted.headers, recorded.headers):
        yield found._replace(parameter=None)
    yield from _body_differences("body", wanted.body, recorded.body, read)


def opened(body: Body) -> Any:
    """A body of JSON, read; of others None."""
    return _DECODER.decode(body) if isinstance(body, str) else None


def _body_differences(
    place: str, ours: Body, theirs: Body, read: Any = None
) -> Iterator[Difference]:
    if ours == theirs:
        return
    if isinstance(ours, str) and isinstance(theirs, str):
        try:
            mine = opened(ours) if read is None else read
            yield from _value_differences(place, mine, opened(theirs))
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
    return Difference(line(place, _text(ours), _text(theirs)))


def _text(body: Body) -> str | bytes:
    """A body as it can be shown in one line."""
    return body if isinstance(body, str | bytes) else _kind(body)


def _kind(body: Body) -> str:
    if isinstance(body, str):
        return "JSON"
    if isinstance(body, Multipart):
        return "multipart"
    return "text or bytes" if isinstance(body, bytes) else "a form"


def _value_differences(place: str, ours: Any, theirs: Any) -> Iterator[Difference]:
    for path, mine, other in differing_values(ours, theirs):
        where = written_place(place, path)
        if isinstance(mine, list) and isinstance(other, list):
            text = f"{where}: {len(mine):,} items, recorded {len(other):,}"
        elif other is NOTHING:
            text = f"{where}: {short(mine)}, recorded without it"
        elif mine is NOTHING:
            text = f"{where}: missing, recorded {short(other)}"
        else:
            text = line(where, mine, other)
        yield Difference(text, json_path=path, ours=_plain(mine), theirs=_plain(other))


def differing_values(
    ours: Any, theirs: Any, equal: Callable[[Any, Any], bool] = eq
) -> Iterator[tuple[JsonPath, Any, Any]]:
    """Each place in two values of JSON where they differ, with what stands there or `NOTHING`.

    Of two lists that are not equally long first the lists themselves, then their items.
    """
    # Depth first, without recursion: JSON may be deeper than Python's stack.
    waiting: list[tuple[JsonPath, Any, Any]] = [((), ours, theirs)]
    while waiting:
        path, mine, other = waiting.pop()
        inner: Iterable[tuple[str | int, tuple[Any, Any]]] = ()
        if isinstance(mine, dict) and isinstance(other, dict):
            names = dict.fromkeys([*mine, *other])
            inner = [(name, (mine.get(name, NOTHING), other.get(name, NOTHING))) for name in names]
        elif isinstance(mine, list) and isinstance(other, list):
            if len(mine) != len(other):
                yield path, mine, other
            inner = enumerate(zip(mine, other, strict=False))
        elif not equal(mine, other):
            yield path, mine, other
        waiting += reversed([((*path, at), *pair) for at, pair in inner if not equal(*pair)])


def _part_differences(place: str, ours: Multipart, theirs: Multipart) -> Iterator[Difference]:
    if len(ours.parts) != len(theirs.parts):
        yield Difference(f"{place}: {len(ours.parts)} parts, recorded {len(theirs.parts)}")
    mine, other = _numbered(ours), _numbered(theirs)
    for key in dict.fromkeys([*mine, *other]):
        name = printable(key[0]) or f"{key[1] + 1}"
        part = f"{place} part {name}" + (f" ({key[1] + 1})" if key[0] and key[1] else "")
        if key not in mine or key not in other:
            text = "missing, recorded with it" if key in other else "recorded without it"
            yield Difference(f"{part}: {text}", parameter=key[0] or None)
            continue
        one, two = mine[key], other[key]
        for field in ("filename", "content_type"):
            if getattr(one, field) != getattr(two, field):
                text = line(f"{part} {field}", getattr(one, field), getattr(two, field))
                yield Difference(text)
        for found in _body_differences(part, one.body, two.body):
            if found.json_path is None and not one.filename:
                yield found._replace(
                    parameter=key[0] or None,
                    ours=_plain(_text(one.body)),
                    theirs=_plain(_text(two.body)),
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
        one, two = mine.get(name, NOTHING), other.get(name, NOTHING)
        if one != two:
            text = line(f"{place} {printable(name)}", one, two)
            yield Difference(text, name, None, _plain(one), _plain(two))


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in grouped.items()}


def written_place(place: str, path: JsonPath) -> str:
    """`body.contacts[0].email`."""
    return place + "".join(
        f"[{step}]" if isinstance(step, int) else f".{printable(step or '')}" for step in path
    )


def _plain(value: Any) -> str | None:
    """A value as text, without the quotes of a string."""
    if isinstance(value, bytes):
        value = value[:WIDTH].decode("utf-8", "backslashreplace")
    if isinstance(value, Number):
        return "".join(value)
    return value if isinstance(value, str) else None
