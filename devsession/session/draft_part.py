"""What was typed into a form and not saved: kept for a kernel that starts anew, and offered there."""

from __future__ import annotations

import json
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pydantic import Field, ValidationError
from pydantic_core import to_jsonable_python

from devsession.notebook.form_parts import FormPart
from devsession.plugin.definition import Definition
from devsession.plugin.mapping import StoredMapping  # noqa: TC001 - pydantic reads it
from devsession.plugin.parameters import StoredConfigurationValue  # noqa: TC001 - and this
from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from devsession.plugin.form import Form


class Draft(Definition):
    """The answers of a form, without secrets. over: a digest of what was saved at that time.

    declared: what a sync would be declared with, where that is not what is saved.
    """

    over: str
    declared: dict[str, str | None] = Field(default_factory=dict)
    connectivity_option: str = ""
    method: str = ""
    values: dict[str, StoredConfigurationValue]
    mapping: StoredMapping | None = None


class DraftPart(FormPart):
    """Keeps what a form holds in a file, change by change, and offers what an earlier kernel kept.

    Nothing comes back by itself: cells that are run again give what they gave before. What was saved
    since, whichever way, ends an offer. saved: what is saved, to be compared. redactor: what it
    finds is not kept at all. declared, declare: what a sync would be declared with, and takes back.

    Messages: `bring_back`, `forget_draft`.
    """

    messages = ("bring_back", "forget_draft")

    def __init__(
        self,
        form: Form,
        file: Path,
        *,
        saved: Callable[[], object],
        redactor: Callable[[], Redactor],
        declared: Callable[[], dict[str, str | None]] = dict,
        declare: Callable[..., None] = lambda **_: None,
    ) -> None:
        self._form = form
        self._file = file
        self._saved = saved
        self._redactor = redactor
        self._declared = declared
        self._declare = declare
        self._before = self._held()
        self._offered = self._read()
        form.on_change(self.keep)

    def shown(self) -> dict[str, Any] | None:
        """Labels of what differs; None while nothing is offered."""
        offered = self._offer()
        return {"labels": self._labels(offered)} if offered else None

    def receive(self, message: dict[str, Any]) -> str:
        """Take it, or let it go."""
        offered, self._offered = self._offer(), None
        if offered is None:
            return ""
        if message["type"] == "forget_draft":
            self._remove()
            return "What was not saved is forgotten"
        self._restore(offered)
        secret = any(each.secret and not self._form.is_set(each.name) for each in self._fields)
        return (
            "It is back, but for secrets: Save keeps it" if secret else "It is back: Save keeps it"
        )

    def keep(self) -> None:
        """Write down what is held now, where it is another than before."""
        held = self._held()
        if self._offer() is not None and held == self._before:
            return  # options arrived, say: what is offered is still the newest
        self._before = held
        content = held.model_dump_json()
        typed = Redactor(
            {n: text for n, text in self._form.secrets.items() if isinstance(text, str)}
        )
        if typed.find(content) or self._redactor().find(content):
            self._remove()
            return
        with suppress(OSError):  # a full disk: nothing is lost that was saved
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            writing = self._file.with_suffix(".writing")
            writing.write_text(content, encoding="utf-8")
            writing.replace(self._file)

    @property
    def _fields(self) -> list[Any]:
        return list(self._form.fields.values())

    def _held(self) -> Draft:
        form = self._form
        return Draft(
            over=_digest(self._saved()),
            declared=self._declared(),
            connectivity_option=form.connectivity_option if form.connectivity_options else "",
            method=form.method,
            values=form.values,
            mapping=form.mapping,
        )

    def _offer(self) -> Draft | None:
        if self._offered is None:
            return None
        held = self._held()
        stands = self._offered != held and self._offered.over == held.over
        return self._offered if stands else None

    def _labels(self, offered: Draft) -> list[str]:
        held = self._held()
        names = [*offered.values, *(name for name in held.values if name not in offered.values)]
        known = {field.name: field.label for field in self._fields}
        labels = [
            known.get(name, name)
            for name in names
            if _text(offered.values.get(name)) != _text(held.values.get(name))
        ]
        if offered.mapping != held.mapping:
            labels.append(self._form.mapper.label if self._form.mapper else "mapping")
        names = sorted({*offered.declared, *held.declared}, reverse=True)
        for name in names:
            if offered.declared.get(name) != held.declared.get(name):
                labels.insert(0, name.replace("_", " "))
        if offered.method != held.method:
            labels.insert(0, f"method {offered.method}")
        if offered.connectivity_option != held.connectivity_option:
            labels.insert(0, f"connectivity {offered.connectivity_option}")
        return labels

    def _restore(self, offered: Draft) -> None:
        form, way = self._form, offered.connectivity_option
        if way in form.connectivity_options:
            form.connect_by(way)
        if offered.declared:
            self._declare(**offered.declared)
        form.restore(offered.values, form.secrets, mapping=offered.mapping, method=offered.method)

    def _remove(self) -> None:
        with suppress(OSError):
            self._file.unlink(missing_ok=True)

    def _read(self) -> Draft | None:
        try:
            return Draft.model_validate_json(self._file.read_bytes())
        except (OSError, ValidationError):
            return None


def _text(answer: StoredConfigurationValue | None) -> str:
    return answer.value if answer else ""


def _digest(saved: object) -> str:
    plain = to_jsonable_python(saved, fallback=str)
    return sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
