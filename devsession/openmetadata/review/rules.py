"""The rules that entities and lineage keep. Each has an id, one small function, and a fix.

An error is what the catalog refuses, or what would lie there once it is stored; a warning is what it
takes, and is worth a look. Source: OpenMetadata contract, "REST" and "Framework".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from devsession.errors import EntityError
from devsession.openmetadata.review import result_checks
from devsession.openmetadata.review import rule_checks as checks
from devsession.openmetadata.review.rule_case import Case
from devsession.plugin.report import Finding, Report, Severity
from devsession.render import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from devsession.openmetadata.review.known import Known
    from devsession.openmetadata.review.rule_case import Broken
    from devsession.openmetadata.steps.steps import Item

# Entities that a finding names, and how much of a name it shows.
_NAMED, _WIDEST = 5, 100


@dataclass(frozen=True)
class Rule:
    """`title` says what is wrong when `broken` finds something, `fix` what to do about it."""

    id: str
    title: str
    fix: str
    broken: Callable[[Case], Iterable[Broken]]
    severity: Severity = "error"

    def findings(self, case: Case) -> Iterator[Finding]:
        """What a report says: of each field and detail one finding, with its entities counted."""
        together: dict[tuple[str, str], list[str]] = {}
        for each in self.broken(case):
            together.setdefault((each.field, each.detail), []).extend(each.entities)
        for (field, detail), entities in together.items():
            names = tuple(shortened(name, _WIDEST) for name in entities[:_NAMED])
            message = f"{self.title} ({shortened(detail)})" if detail else self.title
            yield Finding(self.id, self.severity, names, len(entities), field, message, self.fix)


RULES = (
    Rule(
        "M01",
        "a name cannot stand in the catalog",
        "give it another name and keep this one as displayName; say a service, or have the "
        "workflow say it",
        checks.no_name,
    ),
    Rule(
        "M02",
        "a name begins or ends with white space, so that nobody finds it",
        "name=raw.name.strip(), or keep the name as displayName",
        checks.padded,
        "warning",
    ),
    Rule(
        "M03",
        "a fully qualified name is too long",
        "shorten the names that it is made of, and keep them as displayName",
        checks.too_long,
    ),
    Rule(
        "M04",
        "an entity came more than once, and not the same each time: the last one wins",
        "yield each once; where the system has two of a name, put what tells them apart into it",
        checks.came_otherwise,
    ),
    Rule(
        "M05",
        "an entity came more than once",
        "yield each once: pages of the system may overlap",
        checks.came_again,
        "warning",
    ),
    Rule(
        "M06",
        "what it hangs under is neither in this run nor in the catalog",
        "yield the parent before it, or look at how it is named",
        checks.dangling,
    ),
    Rule(
        "M07",
        "lineage to an entity that is neither in this run nor in the catalog",
        "yield that entity too, or build its name with fqn.build(..) as the entity does",
        checks.unknown_end,
    ),
    Rule(
        "M08",
        "lineage of a column that its table does not have",
        "a column's name is that of its table and its own: f'{table.fqn}.{fqn.quote(column)}'",
        checks.unknown_column,
    ),
    Rule(
        "M09",
        "a column looks like personal data, and has no tag",
        'Column(.., tags=[tag("PII.Sensitive")]), or the processor ClassifyPii',
        checks.untagged,
        "warning",
    ),
    Rule(
        "M10",
        "a live secret stands in what is to be stored",
        "leave it out: a service's connection is given without its credentials",
        checks.secret,
    ),
    Rule(
        "M11",
        "a table has two columns of one name",
        "give each its own name: the catalog refuses the table",
        checks.columns_twice,
    ),
    Rule(
        "M12",
        "a column's shape contradicts its type",
        "STRUCT has children; ARRAY has arrayDataType, and children where that is STRUCT",
        checks.misshapen,
    ),
    Rule(
        "M13",
        "a table has no columns",
        "see whether the system's answer has them under another name, or the key may not read them",
        checks.no_columns,
        "warning",
    ),
    Rule(
        "M14",
        "a constraint of a column that the table does not have",
        "name the columns as they are named in the table",
        checks.constraint_of_nothing,
    ),
    Rule(
        "M15",
        "it came before what it hangs under",
        "yield parents first: service, database, schema, table",
        checks.before_its_parent,
    ),
    Rule(
        "M16",
        "a tag is neither in this run nor in the catalog",
        "yield its Classification and Tag first, or take one that is there",
        checks.unknown_tag,
    ),
    Rule(
        "M17",
        "an owner is not in the catalog",
        "name a user or a team that the catalog has, or leave it out",
        checks.unknown_owner,
        "warning",
    ),
    # M18, an include that matches nothing, and M19, what policies were not asked about, are told by the
    # scenario: it knows the configuration, and runs the processors.
    Rule(
        "M20",
        "a test of a table or column that is neither in this run nor in the catalog",
        "yield the table too; TestCase(table=table.fqn, column=the column's own name)",
        result_checks.test_of_nothing,
    ),
    Rule(
        "M21",
        "a result of a test that is neither in this run nor in the catalog",
        "yield the test first; TestResult(test_case=case.fqn, ..)",
        result_checks.result_of_nothing,
    ),
    Rule(
        "M22",
        "a result's timestamp is not in milliseconds since 1970",
        "timestamp=int(when.timestamp() * 1000)",
        result_checks.not_in_milliseconds,
        "warning",
    ),
)


def check_items(
    items: Iterable[Item],
    *,
    known: Known | None = None,
    find_secret: Callable[[bytes], Sequence[Any]] | None = None,
    reads: Callable[[str, str], bool] = lambda _kind, _name: True,
) -> Report:
    """Check what a run came to against every rule: a report, true when nothing is an error.

    known: the catalog, which may have parents, tags, owners and ends of lineage already; without it
    tags and owners are not judged. find_secret: finds live secrets in bytes. reads: whether the run
    reads an entity at all, by its type and name: lineage may lead to what it leaves out.
    """
    case = Case(items, known=known, find_secret=find_secret, reads=reads)
    found = tuple(finding for rule in RULES for finding in rule.findings(case))
    return Report("metadata", found, len(case.items), thing="entity", error=EntityError)
