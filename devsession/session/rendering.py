"""The template of a sync, tried on the first rows of its source."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from devsession.errors import DevsessionError, TemplateError
from devsession.notebook.sample import RecordText
from devsession.plugin.fields import FormJinjaTemplate
from devsession.plugin.mapping import StoredJinjaTemplate
from devsession.plugin.template import template_of
from devsession.render import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pandas import DataFrame

    from devsession.plugin.template import RecordTemplate
    from devsession.session.development import DevelopmentSession
    from devsession.session.sync import Sync
    from devsession.warehouse.records import SyncRecord

_ROWS = 3
_SHOWN = 4_000  # characters of a text


def template_for(
    session: DevelopmentSession, sync: Sync, record: SyncRecord
) -> RecordTemplate | None:
    """The template of a sync as its form asks for it: of text, or of JSON; None when it maps fields.

    Raises:
        TemplateError: it can never be rendered.
        NotFilledError: the form needs the connection.
    """
    mapping = record.field_mappings
    if not isinstance(mapping, StoredJinjaTemplate):
        return None
    mapper = sync.form.mapper
    return template_of(
        mapping,
        session.plugin,
        redact=session.vault.redactor.text,
        renders=mapper.renders if isinstance(mapper, FormJinjaTemplate) else "text",
    )


def read_as_none(
    session: DevelopmentSession, record: SyncRecord, template: RecordTemplate | None = None
) -> str:
    """That null columns of the source would be sent as the word None, and how to write it; or "".

    template: the sync's, where it has been made already. What is wrong with source or template besides is told where it is needed.
    """
    try:
        template = template or template_of(record.field_mappings, session.plugin)
        empty = session.engine.empty(record, template.printed) if template else {}
    except DevsessionError:
        return ""
    told = []
    for name, rows in empty.items():
        value = f"row.{name}" if name.isidentifier() else f"row[{name!r}]"
        write = f"write {{{{ {value} or '' }}}}"
        told.append(f"{name} is empty in {counted(rows, 'row')} and would read 'None': {write}")
    return "\n".join(told)


def try_out(session: DevelopmentSession, sync: Sync, record: SyncRecord) -> str:
    """Make the first records of what is to be saved; which of them cannot be made, or "".

    Raises:
        DataError: the warehouse refuses an expression.
        TemplateError: the template can render none of the first rows; the error of the first.
    """
    template = template_for(session, sync, record)
    frame = session.engine.sample(record, records=1 if template is None else _ROWS)
    if template is None or frame.empty:
        return ""
    errors = []
    for identifier, row in zip(frame["IDENTIFIER"], frame["TRANSFORMED_RECORD"], strict=True):
        try:
            template.render(row, identifier)
        except TemplateError as error:
            errors.append(error)
    if len(errors) == len(frame):
        raise errors[0]
    if not errors:
        return ""
    of_rows = f"{len(errors)} of the first {len(frame)} rows cannot be rendered"
    return f"{of_rows}: {errors[0].fields['problem']}"


def texts_of(
    template: RecordTemplate,
    frame: DataFrame,
    redact: Callable[[str], str],
    refusals: Mapping[str, str],
) -> list[RecordText]:
    """What a template makes of each row of a sample, an error or a text.

    refusals: identifier -> why the plugin's validator refuses the row.
    """
    made = []
    for identifier, row in zip(frame["IDENTIFIER"], frame["TRANSFORMED_RECORD"], strict=True):
        shown = RecordText(redact(str(identifier)), None, not_sent=refusals.get(identifier, ""))
        try:
            text = template.render(row, identifier)
        except TemplateError as error:
            made.append(_wrong(shown, error))
        else:
            made.append(replace(shown, text=_cut(redact(text))))
    return made


def _wrong(shown: RecordText, error: TemplateError) -> RecordText:
    known: dict[str, Any] = {
        name: error.fields[name] for name in ("problem", "line", "column") if name in error.fields
    }
    text = error.fields.get("text")
    if isinstance(text, str):
        known |= {"text": _cut(text)}
        known |= {name: error.fields[name] for name in ("text_line", "text_column")}
    return replace(shown, **known)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
