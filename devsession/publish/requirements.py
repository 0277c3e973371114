"""What a plugin requires: each referenced from Snowflake's channel, or bundled as a pure wheel."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from devsession.errors import PublishError
from devsession.publish.channel import PYTHON, PYTHON_THERE
from devsession.publish.wheels import without_credentials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from devsession.publish.channel import Channel
    from devsession.publish.wheels import Wheel

_COMMENT = re.compile(r"(^|\s)#.*")
# What pip reads in such a file, and is not read here -> what to write instead.
_INSTEAD = {
    r".*(--hash|\\$)": "write name and version alone, without hashes: requests==2.32.3",
    "-[rc]|--requirement|--constraint": "write the lines of that file here",
    r"-e|--editable|[./]|[^-].*://": "put its modules beside plugin.py; or make a wheel of it, name that "
    "here by name and version, and its folder in PIP_FIND_LINKS",
    "-": "an option of pip goes into its environment: PIP_INDEX_URL, PIP_FIND_LINKS ..",
}
_NAME_IT = "write name and version, such as requests>=2.32"

# What our own part imports there, which a test holds; the oldest that it was run with. Snowpark is the
# one that Snowflake gives to each procedure.
OURS = (
    "snowflake-snowpark-python",
    "pandas>=2.2.3",
    "pyarrow>=16.1",
    "pydantic>=2.10.3",
    "jinja2>=3.1.4",
)
OURS_INBOUND = ("fastjsonschema>=2.21.1",)
"""Besides, for streams that have a json_schema."""

_FILE, _OURSELVES = "requirements.txt", "devsession"
# Our part goes along anyhow, and has the names of the other.
_PACKED = {"devsession", "omnata-plugin-runtime"}
_THERE = {
    "python_version": PYTHON,
    "python_full_version": PYTHON_THERE,
    "sys_platform": "linux",
    "platform_system": "Linux",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}


@dataclass
class Resolved:
    """references: what a procedure's PACKAGES names, `name==version`. bundled: in their order.

    warnings: what the channel's packages come without.
    """

    references: dict[str, str] = field(default_factory=dict)
    bundled: dict[str, Wheel] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def packages(self) -> list[str]:
        """What PACKAGES holds, by name."""
        return [self.references[name] for name in sorted(self.references)]


def requirements_in(file: Path) -> list[Requirement]:
    """The requirements of a file; none without it.

    Raises: PublishError for a line that names no package by its name (an option, a path, a URL), or a
        file that cannot be read.
    """
    if not file.is_file():
        return []
    found = []
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PublishError(
            f"{file.name} cannot be read",
            tried=getattr(error, "strerror", None) or "it is no UTF-8",
            where=str(file),
            next_step="save it as UTF-8, readable for you",
            step="package",
        ) from None
    for number, each in enumerate(text.splitlines(), start=1):
        line = _COMMENT.sub("", each).strip()
        if not line:
            continue
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            requirement = None
        if requirement is None or requirement.url:
            raise PublishError(
                f"A line of {file.name} names no package: {without_credentials(line)}",
                where=f"{file}, line {number}",
                next_step=next(
                    (step for kind, step in _INSTEAD.items() if re.match(kind, line)), _NAME_IT
                ),
                step="package",
                line=number,
            )
        found.append(requirement)
    return found


def resolve(
    requirements: Iterable[Requirement],
    channel: Channel,
    wheel_of: Callable[[Requirement], Wheel],
    *,
    ours: Iterable[str] = (),
) -> Resolved:
    """Where each of them comes from, and what those that are bundled require in turn.

    wheel_of: gets the wheel of one that the channel lacks. ours: what our own part requires.

    Raises: PublishError when a compiled package would have to be bundled, or two want different
        versions of one.
    """
    resolved = Resolved()
    asked: dict[str, SpecifierSet] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    todo = [(each, _FILE) for each in requirements if _is_wanted(each, set())]
    todo += [(Requirement(each), _OURSELVES) for each in ours]
    while todo:
        wanted, by = todo.pop(0)
        name = canonicalize_name(wanted.name)
        if name in _PACKED:
            continue
        wheel = resolved.bundled.get(name)
        if wheel is None:
            together = asked.get(name, SpecifierSet()) & wanted.specifier
            if (best := channel.best(name, together)) is not None:
                asked[name] = together
                # Where no version is asked for, Snowflake chooses one that goes with the others.
                resolved.references[name] = f"{best[0]}=={best[1]}" if together else best[0]
                resolved.warnings += _without_extras(wanted)
                continue
            if name in resolved.references:
                raise _two_versions(wanted, resolved.references[name], by)
            wheel = resolved.bundled[name] = wheel_of(wanted)
            _check_pure(wheel, wanted, by, channel)
            _check_python(wheel, wanted, by)
        else:
            _check(wheel, wanted, by)
        key = (name, frozenset(wanted.extras))
        if key not in seen:
            seen.add(key)
            required = map(Requirement, wheel.requires)
            told = f"{wheel.name} {wheel.version}"
            todo += [(each, told) for each in required if _is_wanted(each, wanted.extras)]
    return resolved


def _without_extras(wanted: Requirement) -> list[str]:
    """A package of the channel is one without its extras."""
    named = ", ".join(sorted(wanted.extras))
    told = (
        f"{wanted.name}[{named}]: the channel has it without the extra; what that requires is packed "
        "when requirements.txt names it, too"
    )
    return [told] if named else []


def _is_wanted(requirement: Requirement, extras: set[str]) -> bool:
    marker = requirement.marker
    if marker is None:
        return True
    return any(marker.evaluate({**_THERE, "extra": extra}) for extra in extras or {""})


def _check(wheel: Wheel, wanted: Requirement, by: str) -> None:
    if not wanted.specifier.contains(wheel.version, prereleases=True):
        raise _two_versions(wanted, f"{wheel.name}=={wheel.version}", by)


def _two_versions(wanted: Requirement, has: str, by: str) -> PublishError:
    return PublishError(
        f"Two versions of {wanted.name} are required: {by} wants {wanted}, and {has} is taken",
        where=_FILE,
        next_step=f"write one version of {wanted.name} there that all of them take",
        step="package",
        requirement=wanted.name,
    )


def _check_pure(wheel: Wheel, wanted: Requirement, by: str, channel: Channel) -> None:
    if wheel.is_pure:
        return
    # It may be wanted by a package that is bundled only because its version is too new.
    parent = by.partition(" ")[0]
    lines = [_in_the_channel(each, channel) for each in dict.fromkeys([wanted.name, parent])]
    older = next((each for each in (wanted.name, parent) if channel.versions(each)), None)
    next_step = "do without it, or take a package that is pure Python or in the channel"
    if parent == _OURSELVES:
        next_step = "save the channel's list anew, or publish with an older devsession"
    elif older:
        next_step = f"in requirements.txt, ask for a version of {older} that the channel has"
    raise PublishError(
        f"{wanted.name} is compiled, and cannot be bundled; nothing was uploaded",
        tried="\n".join(
            [
                f"{wanted}: wanted by {by}",
                *filter(None, lines),
                f"{wheel.file}: made for one platform; Snowflake takes only Python from a plugin",
            ]
        ),
        where=channel.source,
        next_step=next_step,
        step="package",
        requirement=wanted.name,
    )


def _check_python(wheel: Wheel, wanted: Requirement, by: str) -> None:
    try:
        fits = SpecifierSet(wheel.python).contains(PYTHON_THERE)
    except InvalidSpecifier:  # of old packages
        return
    if not fits:
        raise PublishError(
            f"{wheel.name} {wheel.version} does not run on Python {PYTHON}, as plugins do",
            tried=f"{wanted}: wanted by {by}\n{wheel.file}: Requires-Python {wheel.python}",
            where=_FILE,
            next_step=f"ask there for a version of {wheel.name} that does",
            step="package",
            requirement=wanted.name,
        )


def _in_the_channel(name: str, channel: Channel) -> str:
    if name in (_FILE, _OURSELVES):
        return ""
    there = ", ".join(map(str, channel.versions(name)[:5]))
    return f"{name}: the channel has {there or 'none'}"
