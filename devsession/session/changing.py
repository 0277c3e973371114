"""What would change at the app: records as it took them last, beside what would be sent now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.errors import TemplateError, UnknownNameError, UsageError
from devsession.notebook.change import Change
from devsession.notebook.changes import Changes
from devsession.plugin.template import template_of
from devsession.session.validating import validator_of

if TYPE_CHECKING:
    from pandas import DataFrame

    from devsession.plugin.template import RecordTemplate
    from devsession.session.development import DevelopmentSession
    from devsession.session.sync import Sync


def changes_of(
    session: DevelopmentSession, sync: Sync, identifiers: tuple[object, ...], *, rows: int
) -> Changes:
    """These records, or the first ones that a run would send; nothing is sent.

    Raises: as `Sync.changes`.
    """
    if type(rows) is not int or rows < 1:
        raise UsageError(
            f"changes(rows=..) takes a number of rows, not {rows!r}", next_step=".changes(rows=5)"
        )
    record, strategy, engine = sync.record, sync.strategy, session.engine
    plan = engine.plan(record, strategy)
    if not identifiers:
        frame = engine.first_offered(record, strategy, records=rows)
        return Changes(sync.slug, _changes(session, sync, frame), offered=plan.total)
    names = list(dict.fromkeys(str(each) for each in identifiers))
    frame = engine.compared(record, strategy, identifiers=names)
    unknown = [name for name in names if name not in set(frame["IDENTIFIER"])]
    if unknown:
        raise UnknownNameError(
            f"No record has the identifier {unknown[0]!r}",
            tried=f"looking in {record.source}.{record.identifier}, and among what was sent before",
            where=f"sync {sync.slug!r}",
            next_step=f"{sync.slug}.changes() shows the first that a run would send",
            sync=sync.slug,
        )
    return Changes(sync.slug, _changes(session, sync, frame))


def _changes(session: DevelopmentSession, sync: Sync, frame: DataFrame) -> tuple[Change, ...]:
    redact = session.vault.redactor
    template = template_of(sync.record.field_mappings, session.plugin, redact=redact.text)
    validator = validator_of(session, sync) if len(frame) else None
    held_back = validator.texts(frame[frame["SYNC_ACTION"].notna()]) if validator else {}
    rows: list[dict[str, Any]] = frame.to_dict("records")  # type: ignore[assignment]
    return tuple(
        Change(
            redact.text(row["IDENTIFIER"]),
            row["SYNC_ACTION"],
            before=redact.value(_rendered(template, row, "TRANSFORMED_RECORD_PREVIOUS")),
            after=redact.value(_rendered(template, row, "TRANSFORMED_RECORD")),
            refused=redact.text(_error_of(row["RESULT"])),
            held_back=held_back.get(row["IDENTIFIER"], ""),
        )
        for row in rows
    )


def _rendered(template: RecordTemplate | None, row: dict[str, Any], name: str) -> Any:
    """A record as it is sent; of one that its template cannot render, why."""
    record = row[name]
    if template is None or record is None:
        return record
    try:
        return template.render(record, row["IDENTIFIER"])
    except TemplateError as error:
        return f"(not rendered: {error.what})"


def _error_of(result: object) -> str:
    return str(result.get("error") or "") if isinstance(result, dict) else ""
