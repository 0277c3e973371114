"""The first records as they would be sent, for a form to show below its mapper."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from devsession.render import html_line, html_table, text_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class RecordText:
    """What a template makes of one row: a text, or why there is none, or why it is none to send.

    line, column: of the template; None where nobody can tell. text_line, text_column: of the text.
    not_sent: why the plugin's validator refuses the record.
    """

    identifier: str
    text: str | None
    problem: str = ""
    line: int | None = None
    column: int | None = None
    text_line: int | None = None
    text_column: int | None = None
    not_sent: str = ""


@dataclass(frozen=True, repr=False)
class Sample:
    """What a mapping or a template makes of some rows; true when it has any.

    rows: a record each, its values as text; None for none. texts: the same of a template.
    not_sent: why the plugin's validator refuses a record, one for each row; none without refusals.
    refused: field of the app, or column of a template -> why the warehouse does not fill it.
    error: why there are no records, or not all that is known of them. hint: what may not be meant.
    """

    headings: Sequence[str] = ()
    rows: Sequence[Sequence[str | None]] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    not_sent: Sequence[str] = ()
    texts: Sequence[RecordText] = ()
    hint: str = ""

    def shown(self) -> dict[str, Any]:
        """As JSON, for the page."""
        return asdict(self)

    def __bool__(self) -> bool:
        return bool(self.rows or self.texts)

    def __repr__(self) -> str:
        return "\n".join(filter(None, (text_table(*self._table()), self.error, self.hint)))

    def _repr_html_(self) -> str:
        lines = (html_line(each) for each in (self.error, self.hint) if each)
        return html_table(*self._table()) + "".join(lines)

    def _table(self) -> tuple[list[str], list[list[object]]]:
        """The records with their headings, for where the page does not draw them."""
        headings: list[str] = list(self.headings) or ["IDENTIFIER", "TRANSFORMED_RECORD"]
        rows: list[list[object]] = [list(row) for row in self.rows]
        rows += [
            [each.identifier, each.problem if each.text is None else each.text]
            for each in self.texts
        ]
        not_sent = [*self.not_sent, *(each.not_sent for each in self.texts)]
        if not any(not_sent):
            return headings, rows
        told = [[*row, why] for row, why in zip(rows, not_sent, strict=True)]
        return [*headings, "refused, not sent"], told
