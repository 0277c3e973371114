"""Declaring a sync in a cell: all at once, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import UsageError
from devsession.render import shortened
from devsession.session.declaration import Declaration
from devsession.session.saved import PLAIN, saved_note
from devsession.warehouse.records import SyncRecord

if TYPE_CHECKING:
    from devsession.session.development import DevelopmentSession
    from devsession.warehouse.records import Saved

QUERY_SHOWN = 80  # characters


def declared_record(
    session: DevelopmentSession,
    slug: str,
    *,
    source: str | None,
    identifier: str | None,
    strategy: str,
    target_type: str | None,
) -> SyncRecord:
    """The stored sync: fetched without a source, declared with one.

    Raises: as `DevelopmentSession.sync`; nothing was changed.
    """
    texts = {"slug": slug, "source": source, "identifier": identifier, "strategy": strategy}
    texts["target_type"] = target_type
    wrong = [
        name
        for name, value in texts.items()
        if value is not None and not (isinstance(value, str) and value.strip())
    ]
    if wrong or (source is None) != (identifier is None):
        raise UsageError(
            f"A sync is named and declared in text: {', '.join(wrong) or 'source and identifier'}",
            tried=f"session.sync({slug!r}, source={source!r}, identifier={identifier!r})",
            next_step='session.sync("contacts", source="CONTACTS", identifier="ID")',
        )
    if source is None or identifier is None:
        if target_type is not None:
            raise UsageError(
                "A target type is part of declaring a sync",
                tried=f"session.sync({slug!r}, target_type={target_type!r})",
                next_step=f"session.sync({slug!r}, source=.., identifier=.., target_type=..)",
                sync=slug,
            )
        return session.store.sync(slug)
    declaration = Declaration(
        session, SyncRecord(0, slug, source, identifier, strategy, target_type)
    )
    declaration.require()
    saved = session.store.save_sync(
        slug,
        source=source,
        identifier=identifier,
        strategy=strategy,
        target_type=declaration.record.target_type,
    )
    if saved.changes and not saved.created:
        print(_declared_note(slug, saved))  # noqa: T201 - the author's cell shows it
    return saved.record


def _declared_note(slug: str, saved: Saved[SyncRecord]) -> str:
    """What a cell has changed, with what it was before: the form may have chosen that."""
    before = [
        f"{PLAIN.get(name, name)} was {shortened(str(old), QUERY_SHOWN)}"
        for name, (old, _) in sorted(saved.changes.items())
        if old
    ]
    return "\n  ".join([saved_note(f"sync {slug}", saved), *before])
