"""What a check found: an object that is truthy when valid, and reads well wherever it is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from devsession.errors import OutcomesError, PluginError
from devsession.plugin.refusals import refused
from devsession.render import (
    BAD,
    DOUBTFUL,
    GOOD,
    counted,
    html_line,
    html_report,
    html_table,
    plural,
    text_table,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pandas import DataFrame

Severity = Literal["error", "warning"]
_HEADINGS = ("rule", "severity", "column", "rows", "what", "fix")


@dataclass(frozen=True)
class Finding:
    """One broken rule.

    `count` is how many rows break it (0: the frame as a whole does), `rows` names the first few.
    """

    rule: str
    severity: Severity
    rows: tuple[str, ...]
    count: int
    column: str
    message: str
    fix: str

    @property
    def text(self) -> str:
        """The message and the rows it is about, `.. and 7 more` when not all are named."""
        more = self.count - len(self.rows)
        named = ", ".join(self.rows) + (f" and {more:,} more" if self.rows and more > 0 else "")
        return f"{self.message}: {named}" if named else self.message


@dataclass(frozen=True)
class Report:
    """Findings about `checked` rows; true when none of them is an error.

    causes: of valid outcomes, why records were refused, and how many. notes: what else to know.
    error: what is raised. thing: what is checked, where it is no row.
    """

    title: str
    findings: tuple[Finding, ...]
    checked: int
    causes: Mapping[str, int] = field(default_factory=dict, hash=False)
    notes: tuple[str, ...] = ()
    error: type[PluginError] = OutcomesError
    thing: str = "row"

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What makes the rows invalid."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What is allowed, and worth a look."""
        return tuple(finding for finding in self.findings if finding.severity == "warning")

    @property
    def headline(self) -> str:
        """The verdict in one line."""
        errors, warnings = len(self.errors), len(self.warnings)
        parts = ["not valid" if errors else "valid", f"{counted(self.checked, self.thing)} checked"]
        parts += [counted(errors, "error")] if errors else []
        parts += [counted(warnings, "warning")] if warnings else []
        if failed := sum(self.causes.values()):
            parts += [f"{self.checked - failed:,} taken", refused(failed, self.causes)]
        elif not self.findings:
            parts.append("all rules passed")
        return f"{self.title}: {', '.join(parts)}"

    @property
    def _headings(self) -> tuple[str, ...]:
        if self.thing == "row":
            return _HEADINGS
        return ("rule", "severity", "field", plural(self.thing), "what", "fix")

    def __bool__(self) -> bool:
        return not self.errors

    def __str__(self) -> str:
        lines: list[tuple[str, str, str, str, str]] = []
        for found in self.findings:
            rows = f"{found.count:,}" if found.count else "-"
            lines.append((found.rule, found.severity, found.column, rows, found.text))
            lines.append(("", "", "", "", f"fix: {found.fix}"))
        _, _, column, rows, *_ = self._headings
        table = text_table(("rule", "", column, rows, "what"), lines)
        return "\n".join([self.headline, *([f"\n{table}"] if lines else []), *self.notes])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        lines = [
            (found.rule, found.severity, found.column, found.count or "-", found.text, found.fix)
            for found in self.findings
        ]
        table = [html_table(self._headings, lines)] if lines else []
        edge = (DOUBTFUL if self.findings or self.causes else GOOD) if self else BAD
        return html_report(self.headline, *table, *map(html_line, self.notes), edge=edge)

    def to_frame(self) -> DataFrame:
        """One row a finding: rule, severity, column, count, message, fix, rows."""
        from pandas import DataFrame

        columns = ["rule", "severity", "column", "count", "message", "fix", "rows"]
        cells = [[getattr(found, name) for name in columns] for found in self.findings]
        return DataFrame(cells, columns=columns)

    def raise_if_failed(self) -> None:
        """Do nothing when valid.

        Raises:
            OutcomesError: there is an error; `fields["report"]` is this report. Another class when
                the report is about something else.
        """
        if self:
            return
        found = "\n".join(f"{each.rule}: {each.text}" for each in self.errors)
        raise self.error(self.headline, tried=found, next_step=self.errors[0].fix, report=self)
