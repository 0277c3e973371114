"""What a plugin requires: each referenced from Snowflake's channel, or bundled as a pure wheel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from devsession.errors import PublishError
from devsession.publish.channel import PYTHON, PYTHON_THERE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from devsession.publish.channel import Channel
    from devsession.publish.wheels import Wheel

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
