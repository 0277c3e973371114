"""What the bodies of several kinds of entities have in common: names, labels, references.

Unknown keys are refused; null is the same as no value.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Required

from pydantic import ConfigDict, Field, StringConstraints, with_config
from typing_extensions import TypedDict

closed = with_config(ConfigDict(extra="forbid", strict=True))
"""A shape with no other keys than its own, whose values are of the types that it says."""

# No quotation mark, no "::", no line break; written without the look-ahead that the contract has.
_NAME_PATTERN = r'^(?:[^:"\n]|:[^:"\n])*:?$'
_UUID_PATTERN = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"

Name = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=_NAME_PATTERN)]
Fqn = Annotated[str, StringConstraints(min_length=1, max_length=3072)]
Id = Annotated[str, StringConstraints(pattern=_UUID_PATTERN, to_lower=True)]
SourceHash = Annotated[str, StringConstraints(min_length=1, max_length=32)]
Time = Annotated[int, Field(ge=0, le=2**53)]
"""Milliseconds since 1970."""
Json = dict[str, Any]
Provider = Literal["system", "user", "automation"]


@closed
class Reference(TypedDict, total=False):
    """Another entity; its id and type count, the rest may come along."""

    id: Required[Id]
    type: Required[str]
    name: str | None
    fullyQualifiedName: str | None
    description: str | None
    displayName: str | None
    deleted: bool | None
    inherited: bool | None
    href: str | None


@closed
class TagLabel(TypedDict, total=False):
    """A tag on an entity or a column."""

    tagFQN: Required[Fqn]
    name: str | None
    displayName: str | None
    description: str | None
    style: Json | None
    source: Required[Literal["Classification", "Glossary"]]
    labelType: Required[Literal["Manual", "Propagated", "Automated", "Derived", "Generated"]]
    state: Required[Literal["Suggested", "Confirmed"]]
    href: str | None
    reason: str | None


@closed
class Named(TypedDict, total=False):
    """What every entity has. Its description is not here: some kinds require one."""

    name: Required[Name]
    displayName: str | None


class Labelled(Named, total=False):
    """What every data asset may have besides."""

    owners: list[Reference] | None
    tags: list[TagLabel] | None
    domains: list[Fqn] | None
    dataProducts: list[Fqn] | None
    extension: Json | None
    lifeCycle: Json | None


class Sourced(Labelled, total=False):
    """What comes from a source."""

    description: str | None
    sourceUrl: str | None
    sourceHash: SourceHash | None
