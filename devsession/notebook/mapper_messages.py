"""What is done in the page's mapper, done to the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.plugin.mapping import Expression

if TYPE_CHECKING:
    from devsession.plugin.form import Form


def map_as_told(form: Form, message: dict[str, Any]) -> str:
    """Do what a message about a mapper or a template says; what there is to say about it.

    Raises: DevsessionError, as the form's own methods.
    """
    match message:
        case {"type": "map", "field": field, "source": source}:
            form.map(field, _source(source))
        case {"type": "match"}:
            if not form.match():
                return "no column is like a field that is not mapped"
        case {"type": "accept", "fields": fields}:
            form.accept(*fields)
        case {"type": "refuse", "fields": fields}:
            form.refuse(*fields)
        case {"type": "clear"}:
            form.clear_mapping()
        case {"type": "write", "template": template}:
            form.write(template)
        case {"type": "make", "columns": lines}:
            _make(form, _columns(lines))
    return ""


def _make(form: Form, columns: dict[str, str | Expression | None]) -> None:
    """Make these columns for the template, and no others."""
    mapper = form.describe()["mapper"]
    for name in {**mapper["made"], **mapper["errors"]}:
        columns.setdefault(name, None)
    for name, source in columns.items():
        form.map(name, source)


def _columns(lines: str) -> dict[str, str | Expression | None]:
    """What was typed as columns: `name = SQL` a line; a name alone is no column."""
    typed = [line.partition("=") for line in lines.splitlines() if line.strip()]
    return {name.strip(): Expression(sql.strip()) if sql.strip() else "" for name, _, sql in typed}


def _source(text: str) -> str | Expression | None:
    """What was typed as a source: a column, SQL after an equals sign, or nothing."""
    typed = text.strip()
    if typed.startswith("="):
        sql = typed.removeprefix("=").strip()
        return Expression(sql) if sql else None
    return typed or None
