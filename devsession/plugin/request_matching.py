"""What does not count when two requests are compared, and what counts besides."""

import hashlib
import json
import re
from functools import cached_property

from pydantic import Field, field_validator

from devsession.plugin.definition import Definition

JsonPath = tuple[str | int | None, ...]

_STEP = re.compile(
    r'"(?P<quoted>(?:[^"\\]|\\.)*)"'
    r"|\[(?:(?P<any>\*)|(?P<number>\d+))\]"
    r'|(?P<key>[^\s.\[\]"*$](?:[^.\[\]"*]*[^\s.\[\]"*])?)'
)
_HEADER = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


class RequestMatching(Definition):
    """How requests of this plugin are compared with recorded ones; recording is unchanged by it.

    ignore_parameters: names of parameters that do not count: of the query, of forms, of multipart
    forms. ignore_json: paths in JSON bodies that do not count, there or not: `meta.sent_at`,
    `items[*].nonce` (every item), `items[0]` (this one), `[*].id` (the body is a list),
    `"a.b".c` (a key with dots, brackets or quotes). match_headers: headers that count. Besides
    them If-Match and If-None-Match do, and whether there is an Authorization; no other one does, for
    they change with clocks, signatures and versions of libraries.
    """

    ignore_parameters: list[str] = Field(default_factory=list)
    ignore_json: list[str] = Field(default_factory=list)
    match_headers: list[str] = Field(default_factory=list)

    @field_validator("ignore_parameters")
    @classmethod
    def _have_names(cls, names: list[str]) -> list[str]:
        if "" in names:
            raise ValueError("holds an empty name")
        return names

    @field_validator("ignore_json")
    @classmethod
    def _are_paths(cls, paths: list[str]) -> list[str]:
        for path in paths:
            parsed_path(path)
        return paths

    @field_validator("match_headers")
    @classmethod
    def _are_headers(cls, names: list[str]) -> list[str]:
        wrong = [name for name in names if not _HEADER.fullmatch(name)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no name of a header")
        return [name.lower() for name in names]

    @cached_property
    def json_paths(self) -> tuple[JsonPath, ...]:
        """The paths of `ignore_json` in steps: a key, a place in a list, None for every item."""
        return tuple(parsed_path(path) for path in self.ignore_json)

    @cached_property
    def digest(self) -> str:
        """Tells this declaration from others, whatever the order of its names; "" when it is empty."""
        declared = {option: sorted(set(names)) for option, names in self.model_dump().items()}
        if not any(declared.values()):
            return ""
        return hashlib.sha256(json.dumps(declared).encode()).hexdigest()[:12]


def parsed_path(path: str) -> JsonPath:
    """The steps of a path in JSON. Raises: ValueError that names the path and what is wrong."""
    steps: list[str | int | None] = []
    at = 0
    while at < len(path) or not steps:
        dot = path.startswith(".", at)
        found = _STEP.match(path, at + dot)
        is_item = found is not None and found["quoted"] is None and found["key"] is None
        if found is None or dot != (bool(steps) and not is_item):
            raise ValueError(
                f"{path!r} is no path in JSON: it breaks at {path[at:] or 'its end'!r}; "
                'write it like meta.sent_at, items[*].nonce, [*].id or "a.b".c'
            )
        steps.append(_step(found))
        at = found.end()
    return tuple(steps)


def written_path(steps: JsonPath) -> str:
    """The path that has these steps."""
    return "".join(_written(step) for step in steps).removeprefix(".")


def _step(found: re.Match[str]) -> str | int | None:
    if found["any"]:
        return None
    if found["number"]:
        return int(found["number"])
    if found["quoted"] is not None:
        return re.sub(r"\\(.)", r"\1", found["quoted"])
    return found["key"]


def _written(step: str | int | None) -> str:
    if step is None:
        return "[*]"
    if isinstance(step, int):
        return f"[{step}]"
    plain = _STEP.fullmatch(step)
    if plain and plain["key"] == step:
        return f".{step}"
    quoted = step.replace("\\", "\\\\").replace('"', '\\"')
    return f'."{quoted}"'
