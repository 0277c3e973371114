"""Which entities a workflow takes: by patterns at each level, by tags, by projects.

Source: OpenMetadata contract, "Framework": lists of regular expressions, matched at the start of the
name, case ignored, and an exclude wins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from devsession.openmetadata.model import fqn
from devsession.render import GOOD, NEUTRAL, counted, html_report, html_table, text_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pandas import DataFrame

    from devsession.openmetadata.model.base import Model

# What the patterns over entities of a type are called in a configuration.
LEVEL_OF = {
    "database": "databases",
    "databaseSchema": "schemas",
    "table": "tables",
    "pipeline": "pipelines",
    "dashboard": "dashboards",
    "topic": "topics",
    "container": "containers",
}
_LEVEL_OF_FIELD = {"database": "databases", "schema_": "schemas"}
_HOLDERS = frozenset({"database", "databaseSchema"})
_DEPTH = {"schemas": 2, "tables": 3}
_NO_INCLUDE = "no include matches"
_compiled = lru_cache(maxsize=None)(lambda pattern: re.compile(pattern, re.IGNORECASE))


@dataclass(frozen=True)
class Decision:
    """Whether a name is taken, and the rule that decided."""

    name: str
    taken: bool
    rule: str


class Patterns(BaseModel):
    """Which names of one level are taken: an exclude wins; with no include, all others are taken."""

    model_config = ConfigDict(extra="forbid")

    includes: list[str] = Field(default_factory=list, description="Regular expressions, one a line")
    excludes: list[str] = Field(default_factory=list, description="These win")

    @field_validator("includes", "excludes")
    @classmethod
    def _are_regular_expressions(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            try:
                _compiled(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
        return patterns

    def decide(self, *names: str) -> Decision:
        """Whether it is taken. names: of one thing; any of them may match."""
        for pattern in self.excludes:
            if any(map(_compiled(pattern).match, names)):
                return Decision(names[0] if names else "", False, f"excludes {pattern}")
        for pattern in self.includes:
            if any(map(_compiled(pattern).match, names)):
                return Decision(names[0] if names else "", True, f"includes {pattern}")
        taken = not self.includes
        rule = "no exclude matches" if taken else _NO_INCLUDE
        return Decision(names[0] if names else "", taken, rule)

    def preview(self, names: Iterable[str]) -> Preview:
        """Each name, whether it would be taken, and which rule decided."""
        return Preview(tuple(self.decide(name) for name in names))


@dataclass(frozen=True)
class Preview:
    """What patterns do to names; shown, a table."""

    decisions: tuple[Decision, ...]

    @property
    def taken(self) -> list[str]:
        """The names that are taken."""
        return [each.name for each in self.decisions if each.taken]

    def __str__(self) -> str:
        headline = f"{counted(len(self.decisions), 'name')}, {len(self.taken):,} taken"
        return (
            f"{headline}\n\n{text_table(_HEADINGS, self._rows())}" if self.decisions else headline
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        headline = f"{counted(len(self.decisions), 'name')}, {len(self.taken):,} taken"
        edge = GOOD if self.taken else NEUTRAL
        return html_report(headline, html_table(_HEADINGS, self._rows()), edge=edge)

    def to_dict(self) -> list[dict[str, Any]]:
        """One entry a name: name, taken, rule."""
        return [vars(each) for each in self.decisions]

    def to_frame(self) -> DataFrame:
        """One row a name: name, taken, rule."""
        from pandas import DataFrame

        return DataFrame(self.to_dict(), columns=["name", "taken", "rule"])

    def _rows(self) -> list[tuple[str, str, str]]:
        return [(each.name, "yes" if each.taken else "no", each.rule) for each in self.decisions]


_HEADINGS = ("name", "taken", "rule")


class SourceConfig(BaseModel):
    """What a source asks for; subclass it with fields of your own, secrets as `SecretStr`.

    A field of type `Patterns` selects the level of its name: a level of the source's topology, or
    `databases`, `schemas`, `tables`, `pipelines`, `dashboards`, `topics`, `containers`.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    tags: Patterns = Field(default_factory=Patterns, description="Of the entity, such as PII.*")
    projects: Patterns = Field(default_factory=Patterns, description="Of the system that is read")
    match_full_names: bool = Field(
        default=False, description="Patterns match service.database.schema.table, not its last part"
    )
    page_size: int = Field(default=100, ge=1, le=10_000, description="Asked for in one request")
    concurrency: int = Field(default=1, ge=1, le=64, description="Requests at once")

    # What only says how fast it is read; all else decides what is read.
    SPEED: ClassVar[frozenset[str]] = frozenset({"page_size", "concurrency"})

    def patterns(self, *levels: str) -> Patterns | None:
        """The patterns of the first of these levels that has some; None when all is taken."""
        for level in levels:
            found = getattr(self, level, None)
            if isinstance(found, Patterns) and (found.includes or found.excludes):
                return found
        return None

    def decider(self, matched: set[str] | None = None) -> Callable[[Model], str]:
        """Says of an entity which rule leaves it out; nothing when it is taken.

        What hangs under something that is left out is left out as well. Tags decide about the
        entity that has them; databases and schemas need none of those that are included. matched:
        gets the levels of which an include matched.
        """
        levels = [*LEVEL_OF.values(), "tags"]
        by_level = {level: found for level in levels if (found := self.patterns(level))}
        matched = set() if matched is None else matched
        return _Decider(by_level, matched, full=self.match_full_names) if by_level else _takes_all

    def decide(self, level: str, service: str, *path: str) -> Decision:
        """Whether a name of a level is taken. path: below its service, its own name last.

        With `match_full_names` a path that is not whole is taken: its entity is decided about.
        """
        patterns = self.patterns(level) or Patterns()
        if not self.match_full_names:
            return patterns.decide(path[-1])
        if len(path) < _DEPTH.get(level, 1):
            return Decision(path[-1], True, "not the whole name")
        return patterns.decide(fqn.build(service, *path))

    def unmatched(self, matched: set[str], filtered: Mapping[str, int]) -> Iterator[str]:
        """Which includes no name matched, a sentence each. filtered: rule -> how many it left out."""
        for level in type(self).model_fields:
            patterns = self.patterns(level)
            if patterns is None or not patterns.includes or level in matched:
                continue
            looked = sum(n for rule, n in filtered.items() if rule.startswith(f"{level}: "))
            # Where a level above left all out, or the source keeps what it skips to itself: the former
            # is told there.
            if looked or not filtered:
                includes = ", ".join(patterns.includes)
                yield (
                    f"{level}: no name matches the includes {includes}; "
                    f"{counted(looked, 'name')} looked at"
                )


class DatabaseSourceConfig(SourceConfig):
    """Of a source that reads databases: patterns for each of its levels."""

    databases: Patterns = Field(default_factory=Patterns)
    schemas: Patterns = Field(default_factory=Patterns)
    tables: Patterns = Field(default_factory=Patterns)


def _takes_all(_: Model) -> str:
    return ""


class _Decider:
    """Decides by the patterns of each level. full: they match fully qualified names."""

    def __init__(self, by_level: dict[str, Patterns], matched: set[str], *, full: bool) -> None:
        self._by_level, self._matched, self._full = by_level, matched, full
        # Thousands of tables stand in one schema.
        self._decide = lru_cache(maxsize=10_000)(lambda level, name: by_level[level].decide(name))

    def __call__(self, item: Model) -> str:
        if getattr(item, "entity_type", "") not in LEVEL_OF:
            return ""
        return self._by_name(item) or self._by_tags(item)

    def _by_name(self, item: Any) -> str:
        above = [each for each in item.above if each in _LEVEL_OF_FIELD]
        levels = [(_LEVEL_OF_FIELD[each], getattr(item, each)) for each in above]
        path: list[str] = [item.service] if item.service else []
        for level, name in [*levels, (LEVEL_OF[item.entity_type], item.name)]:
            path.append(name)
            if level in self._by_level:
                decided = self._decide(level, fqn.build(*path) if self._full else name)
                if not decided.taken:
                    return f"{level}: {decided.rule}"
                self._matched.add(level)
        return ""

    def _by_tags(self, item: Any) -> str:
        if "tags" not in self._by_level:
            return ""
        decided = self._by_level["tags"].decide(*[label.tag_fqn for label in item.tags])
        if decided.taken:
            self._matched.add("tags")
        needs_none = item.entity_type in _HOLDERS and not decided.rule.startswith("excludes")
        return "" if decided.taken or needs_none else f"tags: {decided.rule}"
