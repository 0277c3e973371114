"""A cassette's text, read: YAML as vcrpy writes it, JSON as its other serializer does."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from devsession.recording.parsed_cache import parsed

# The list stands last, so that an exchange is recorded by adding text at the end.
HEADER = "version: 1\ninteractions:\n"
_HEADER = HEADER.encode()
_ITEM = re.compile(rb"(?m)^(?=- )")
# Items of our own layout are parsed, and kept, so many at a time: what was appended since costs
# one portion, not the file.
_PORTION = 250
_UNFOLDED = 10
_DEEPEST = 100


def split_items(content: bytes) -> list[bytes]:
    """The text of each interaction, in our own layout; none in any other."""
    return _ITEM.split(content.removeprefix(_HEADER))[1:] if content.startswith(_HEADER) else []


def parse_cassette(content: bytes) -> Any:
    """What stands in a cassette's file.

    Raises: ValueError when it is empty, cut off, not text, not YAML, says a name twice, or unfolds
        to far more than it holds.
    """
    import yaml  # type: ignore[import-untyped]  # comes with vcrpy

    if not content.strip():
        raise ValueError("it is empty")
    if content.startswith(_HEADER) and not content.endswith(b"\n"):
        raise ValueError("its last line is cut off")
    if content.lstrip()[:1] == b"{":
        try:
            return json.loads(content.decode("utf-8"))
        except json.JSONDecodeError:
            pass  # YAML may begin so too
    try:
        return _in_portions(content) or parsed([content], _parse)[0]
    except (yaml.YAMLError, RecursionError) as cause:
        said = str(cause).replace('in "<unicode string>", ', "at ")
        raise ValueError(" ".join(said.split())) from None


def _in_portions(content: bytes) -> dict[str, Any] | None:
    """The same, item by item; None when these are not all that the file holds, or depend on
    each other."""
    import yaml

    items = split_items(content)
    portions = [items[start : start + _PORTION] for start in range(0, len(items), _PORTION)]
    try:
        read = parsed([_HEADER + b"".join(portion) for portion in portions], _parse)
    except (yaml.YAMLError, ValueError):
        return None  # read as a whole, it says where it is wrong
    interactions: list[Any] = []
    for content_of, portion in zip(read, portions, strict=True):
        if set(content_of) != {"version", "interactions"}:
            return None
        if len(content_of["interactions"]) != len(portion):
            return None
        interactions += content_of["interactions"]
    return {"version": 1, "interactions": interactions} if items else None


def _parse(content: bytes) -> Any:
    import yaml

    value = yaml.load(content.decode("utf-8-sig"), Loader=_loader())  # noqa: S506  vcrpy's safe one
    if b"&" in content:
        _refuse_bombs(value, limit=_UNFOLDED * len(content) + _PORTION)
    return value


def _refuse_bombs(value: Any, *, limit: int) -> None:
    """A few lines whose aliases name each other hold more than any memory."""
    size, waiting = 0, [value]
    while waiting:
        each = waiting.pop()
        size += len(each) + 1 if isinstance(each, str | bytes) else 1
        if isinstance(each, dict):
            waiting += [*each, *each.values()]
        elif isinstance(each, list | tuple):
            waiting += each
        if size + len(waiting) > limit:
            raise ValueError("its aliases (*name) unfold to far more than the file holds")


@cache
def _loader() -> Any:
    import yaml
    from vcr.serializers import yamlserializer

    class Loader(yamlserializer._CassetteLoader):  # type: ignore[misc]
        """vcrpy's own safe one, but that takes the last of two values with one name."""

        depth = 0

        def descend_resolver(self, *place: Any) -> None:
            # libyaml's composer calls itself for each level, and ends the process when too deep.
            self.depth += 1
            if self.depth > _DEEPEST:
                raise ValueError(f"it nests deeper than {_DEEPEST} levels")
            super().descend_resolver(*place)

        def ascend_resolver(self) -> None:
            self.depth -= 1
            super().ascend_resolver()

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            names = [(key.tag, str(key.value)) for key, _ in node.value]
            problem = ""
            if len(set(names)) != len(names):
                twice = next(name for name in names if names.count(name) > 1)
                problem = f"{twice[1]!r} stands twice"
            elif "tag:yaml.org,2002:merge" in dict(names):
                problem = "'<<' is not read"  # as aliases, it multiplies without bound
            if problem:
                raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
            return super().construct_mapping(node, deep)

    return Loader
