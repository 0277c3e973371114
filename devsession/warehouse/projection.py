"""What a sync makes of its source, as SQL: identifiers, what fills a record, its object and hash.

Names from users are quoted; only the SQL of an `expression(..)` is SQL, as its author means it.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import md5
from typing import TYPE_CHECKING

from devsession.errors import DataError, NotFilledError, WarehouseError
from devsession.plugin.mapping import Expression, StoredJinjaTemplate
from devsession.warehouse.account import quoted
from devsession.warehouse.kinds import Column, kind_of
from devsession.warehouse.source import check_columns, columns_of
from devsession.warehouse.statements import literal, statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

    from devsession.warehouse.account import Account
    from devsession.warehouse.records import SyncRecord


# Long enough to be different for any two mappings, short enough to cost little in each row.
_WORD = 16


@dataclass(frozen=True)
class Projection:
    """A checked mapping, ready to be put into statements.

    `source`, `position` (the identifier as its own type, to sort by), `identifier` (as text) and
    the values of `sources` are SQL. `sources`: app field, or name in a template's `row` -> what
    fills it; `fields`: the same names -> their column in `mapped`.
    """

    account: Account
    sync: SyncRecord
    source: str
    position: str
    identifier: str
    sources: Mapping[str, str]
    fields: Mapping[str, Column]

    @property
    def mapped(self) -> str:
        """The query of all records: IDENTIFIER as text, POSITION, and one column a field."""
        columns = [f"{self.sources[name]} as {field.name}" for name, field in self.fields.items()]
        return statement(
            "engine/mapped",
            identifier=self.identifier,
            position=self.position,
            columns=", ".join(columns),
            source=self.source,
        )

    @property
    def record(self) -> str:
        """The transformed record, over the columns of `mapped`."""
        pairs = ", ".join(f"{literal(name)}, {field.json}" for name, field in self.fields.items())
        return f"object_construct_keep_null({pairs})"

    @property
    def content(self) -> str:
        """The text that is hashed, over the columns of `mapped`: the same for equal records only.

        Columns, never the object: equal objects can be written differently. The fields' names
        and kinds stand in front, as one word; so does a template, which makes other records of
        equal rows when it changes.
        """
        heading = json.dumps([(name, field.kind) for name, field in self.fields.items()])
        if isinstance(self.sync.field_mappings, StoredJinjaTemplate):
            heading += self.sync.field_mappings.jinja_template
        word = md5(heading.encode(), usedforsecurity=False).hexdigest()[:_WORD]
        return " || ".join([literal(word), *(field.hashed for field in self.fields.values())])

    def explained(self) -> AbstractContextManager[None]:
        """Within, a statement that is refused because of a field's source says which.

        Raises:
            DataError: the warehouse refuses what fills an app field.
            WarehouseError: it refuses something else.
        """
        return _explained(self.account, self.sync, self.source, self.sources)


def project(account: Account, sync: SyncRecord) -> Projection:
    """Check a sync's names and expressions against its source, and make its SQL.

    Raises:
        NotFilledError: no field is mapped yet.
        UnknownNameError: the source, the identifier or a mapped column does not exist.
        DataError: the warehouse refuses an expression.
    """
    check_columns(account, sync)
    source, position = f"PUBLIC.{quoted(sync.source)}", quoted(sync.identifier)
    # Sorted, so that a mapping written in another order makes the same hash.
    mapping = sorted(_filled_from(account, sync).items())
    sources = {name: _sql(each) for name, each in mapping}
    columns = {name: f"FIELD_{number}" for number, name in enumerate(sources, start=1)}
    asked = [f"{position} as POSITION"]
    asked += [f"{sources[name]} as {column}" for name, column in columns.items()]
    with _explained(account, sync, source, sources):
        row = account.arrow(statement("engine/kinds", columns=", ".join(asked), source=source))
    kinds = [kind_of(field) for field in row.schema]
    return Projection(
        account=account,
        sync=sync,
        source=source,
        position=position,
        identifier=Column(position, kinds[0]).identifier,
        sources=sources,
        fields={
            name: Column(column, kind)
            for (name, column), kind in zip(columns.items(), kinds[1:], strict=True)
        },
    )


def _filled_from(account: Account, sync: SyncRecord) -> dict[str, str | Expression]:
    """App field -> what fills it; for a template all columns, and those that are made for it."""
    stored = sync.field_mappings
    mapping = dict(stored.as_dict()) if stored else {}
    if isinstance(stored, StoredJinjaTemplate):
        return {column: column for column in columns_of(account, sync)} | mapping
    if not mapping:
        raise NotFilledError(
            f"sync {sync.slug!r} maps no field yet",
            where=f"sync {sync.slug!r}, table {sync.source}",
            next_step="fill its form, or .fill(.., mapping={'app field': 'COLUMN'})",
            sync=sync.slug,
        )
    return mapping


@contextmanager
def _explained(
    account: Account, sync: SyncRecord, source: str, sources: Mapping[str, str]
) -> Iterator[None]:
    # Some expressions are refused as they stand, others only for the value of some row.
    try:
        yield
    except WarehouseError as refused:
        for field, expression in sources.items():
            try:
                account.rows(statement("engine/expression", expression=expression, source=source))
            except WarehouseError as error:
                is_made = isinstance(sync.field_mappings, StoredJinjaTemplate)
                raise DataError(
                    f"{'extra column' if is_made else 'field'} {field!r} cannot be filled",
                    tried=f"{expression.replace(chr(10), '')}\n{error.what}",
                    where=f"sync {sync.slug!r}, table {sync.source}",
                    next_step=f"correct the {'SQL' if is_made else 'mapping'} of {field!r}; "
                    f"columns of {sync.source} "
                    "are what it can use",
                    sync=sync.slug,
                    field=field,
                ) from refused
        raise


def _sql(source: str | Expression) -> str:
    """A column's name quoted; an expression in brackets that a comment at its end leaves shut."""
    return f"({source.sql}\n)" if isinstance(source, Expression) else quoted(source)
