"""One record before and after: what the app took last beside what a run would send now."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from devsession.render import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class FieldChange(NamedTuple):
    """One field, or the text of a template (`field` is empty); as JSON, None where it is not."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Change:
    """One record, redacted.

    action: what a run would do; None to leave it alone.
    before: what the app took last; None before its first success. after: what would be sent now,
        None when the source has it no more. Fields, or the text that a template makes.
    refused: why the app refused it last. held_back: why a run would not send it.
    """

    identifier: str
    action: str | None
    before: Mapping[str, Any] | str | None
    after: Mapping[str, Any] | str | None
    refused: str = ""
    held_back: str = ""

    @property
    def fields(self) -> list[FieldChange]:
        """What differs."""
        if isinstance(self.before, str) or isinstance(self.after, str):
            both = (self.before, self.after)
            return [FieldChange("", *both)] if self.before != self.after else []  # type: ignore[arg-type]
        before, after = self.before or {}, self.after or {}
        pairs = ((name, _json(before, name), _json(after, name)) for name in {**before, **after})
        return [FieldChange(*each) for each in pairs if each[1] != each[2]]

    @property
    def same(self) -> int:
        """How many fields are as they were."""
        if isinstance(self.before, str) or isinstance(self.after, str):
            return 0
        return len({**(self.before or {}), **(self.after or {})}) - len(self.fields)

    @property
    def title(self) -> str:
        """`ID-3: Update`."""
        return f"{self.identifier}: {self.action or 'left alone'}"

    @property
    def notes(self) -> list[str]:
        """What the fields alone do not say."""
        return [note for note in (self._kind(), *self._causes()) if note]

    def _kind(self) -> str:
        if self.before is None and self.after is None:
            return "the app holds nothing of it, and the source has it no more"
        if self.before is None:
            return "new: the app has not taken it yet"
        if self.after is None:
            return "gone: the source has it no more"
        if self.fields:
            return f"{counted(self.same, 'field')} as before" if self.same else ""
        if self.action is None:
            return "as the app took it last"
        return (
            "" if self.refused else "every value as before, but the mapping or the template is not"
        )

    def _causes(self) -> Iterator[str]:
        if self.refused:
            yield f"refused last time: {self.refused}"
        if self.held_back:
            yield f"would not be sent: {self.held_back}"


def _json(record: Mapping[str, Any], name: str) -> str | None:
    """Quotes tell text from numbers, and show blanks at the ends."""
    if name not in record:
        return None
    return json.dumps(record[name], ensure_ascii=False, sort_keys=True, default=str)
