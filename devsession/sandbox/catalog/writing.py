"""Puts entities into the catalog, one or many: each is checked alone, all are kept in one go."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic_core import from_json, to_json

from devsession.sandbox.catalog.change import Change, deletion, difference, merged
from devsession.sandbox.catalog.known import Known
from devsession.sandbox.catalog.refusals import CatalogRefusedError
from devsession.sandbox.catalog.store import Row
from devsession.sandbox.catalog.telling import CREATED, DELETED, RESTORED, SOFT_DELETED, UPDATED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from devsession.sandbox.catalog.kinds import Kind
    from devsession.sandbox.catalog.store import Store
    from devsession.sandbox.catalog.telling import Changes

Body = dict[str, Any]


_EVENTS = {"created": CREATED, "updated": UPDATED, "restored": RESTORED}


class Written(NamedTuple):
    """What became of an entity; `status` is created, updated, restored or unchanged."""

    status: str
    row: Row


class Writer:
    """Writes entities of all kinds.

    clock: gives the time in milliseconds since 1970.
    """

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock

    def write(
        self,
        kind: Kind,
        sent: Iterable[Body | CatalogRefusedError],
        *,
        override: bool = False,
        refused: Collection[str] = (),
        changes: Changes,
    ) -> list[Written | CatalogRefusedError]:
        """One answer for each that was sent, in order; those that are refused leave nothing.

        Args:
            sent: in the kind's shape, or why they are not.
            override: whether it takes the place of what people have written.
            refused: the names of those that are refused whatever they are.
            changes: the transaction that this is a part of.
        """
        one = _Write(self._store, kind, self._clock(), override, refused)
        answers = [one.answer(body) for body in sent]
        self._store.put_many(one.rows.values())
        if changes.wants(kind.type):
            for each in answers:
                if isinstance(each, Written) and each.status != "unchanged":
                    changes.tell(_EVENTS[each.status], each.row)
        return answers

    def mark(self, row: Row, changes: Changes, *, deleted: bool) -> Row:
        """Deletes softly, or brings back; what is so already stays as it is."""
        if bool(row.deleted) == deleted:
            return row
        moved = _moved(row, deletion(deleted=deleted), self._clock())
        moved = moved._replace(deleted=int(deleted))
        self._store.put(moved)
        changes.tell(SOFT_DELETED if deleted else RESTORED, moved)
        return moved

    def remove(self, rows: Sequence[Row], changes: Changes) -> None:
        """Deletes for good, in this order."""
        now = self._clock()
        for each in rows:  # told while what it refers to is still there
            gone = each._replace(deleted=1, change=None)
            changes.tell(DELETED, gone, max(now, each.updated_at + 1))
        self._store.remove([each.id for each in rows])


class _Write:
    """One pass over what was sent; `rows` are what is new of it, by name."""

    def __init__(
        self,
        store: Store,
        kind: Kind,
        now: int,
        override: bool,
        refused: Collection[str],
    ) -> None:
        self.rows: dict[str, Row] = {}
        self._store = store
        self._kind = kind
        self._now = now
        self._override = override
        self._refused = refused
        self._known = Known(store)
        self._graves = store.has_graves()

    def answer(self, sent: Body | CatalogRefusedError) -> Written | CatalogRefusedError:
        """What became of it."""
        if isinstance(sent, CatalogRefusedError):
            return sent
        try:
            written = self._write(sent)
        except CatalogRefusedError as refused:
            return refused
        if written.status != "unchanged":
            self.rows[written.row.fqn] = written.row
            self._known.learn(written.row)
        return written

    def _write(self, body: Body) -> Written:
        kind, known = self._kind, self._known
        fqn = kind.place(kind, body, known)
        if fqn in self._refused:
            raise CatalogRefusedError(400, f"{kind.type} {fqn} is refused, as was set for it")
        kind.check(body, known)
        known.require_labels(body)
        content = kind.one.serializer.to_json(body, exclude_none=True)
        old = self.rows.get(fqn) or self._store.named(kind.type, fqn)
        if old is None:
            row = Row(self._new_id(fqn), kind.type, fqn, 1, self._now, 0, content, None)
            return Written("created", row)
        if old.content == content and not old.deleted:
            return Written("unchanged", old)
        before = from_json(old.content)
        after = merged(before, from_json(content), override=self._override)
        change = difference(before, after)
        if old.deleted:
            restored = deletion(deleted=False)
            change = change._replace(
                updated=[*change.updated, *restored.updated], step=max(change.step, restored.step)
            )
        if not change.step:
            return Written("unchanged", old)
        moved = _moved(old, change, self._now)
        status = "restored" if old.deleted else "updated"
        return Written(status, moved._replace(content=to_json(after), deleted=0))

    def _new_id(self, fqn: str) -> str:
        """It follows from type and name, so that it is the same in every new catalog.

        An entity that was deleted for good and made again has another one.
        """
        text = f"{self._kind.type}:{fqn}"
        while True:
            digest = blake2b(text.encode(), digest_size=16).hexdigest()
            # Version 8 of RFC 9562: the rest is ours.
            found = f"{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-a{digest[17:20]}-{digest[20:]}"
            if not self._graves or not self._store.is_buried(found):
                return found
            text += "+"


def _moved(row: Row, change: Change, now: int) -> Row:
    """A row of the next version; here a version moves, and nowhere else."""
    # Never at the same millisecond: what is newer can be told by its time.
    return row._replace(
        version=row.version + change.step,
        updated_at=max(now, row.updated_at + 1),
        change=to_json(change.as_json(row.version)),
    )
