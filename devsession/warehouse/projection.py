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
from devsession.quoting import literal, quoted
from devsession.warehouse.kinds import Column, kind_of
from devsession.warehouse.query import check_expression
from devsession.warehouse.source import check_columns, source_of
from devsession.warehouse.statements import statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from devsession.warehouse.account import Account
    from devsession.warehouse.records import SyncRecord
    from devsession.warehouse.source import Source


# Long enough to be different for any two mappings, short enough to cost little in each row.
_WORD = 16


@dataclass(frozen=True)
class Projection:
    """A checked mapping, ready to be put into statements.

    `position` (the identifier as its own type, to sort by), `identifier` (as text) and the values
    of `sources` are SQL. `sources`: app field, or name in a template's `row` -> what
    fills it; `fields`: the same names -> their column in `mapped`.
    """

    account: Account
    sync: SyncRecord
    source: Source
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
            source=self.source.sql,
        )

    @property
    def record(self) -> str:
        """The transformed record, over the columns of `mapped`."""
        pairs = ", ".join(f"{literal(name)}, {field.json}" for name, field in self.fields.items())
        return f"object_construct_keep_null({pairs})"

    @property
    def hashed(self) -> str:
        """The same query with RECORD_HASH beside the others: the same for equal records only.

        Columns, never the object: equal objects can be written differently. The fields' names
        and their kinds as JSON stand in front, as one word; so does a template, which makes other
        records of equal rows when it changes.
        """
        heading = json.dumps([(name, field.json_kind) for name, field in self.fields.items()])
        if isinstance(self.sync.field_mappings, StoredJinjaTemplate):
            heading += self.sync.field_mappings.jinja_template
        word = md5(heading.encode(), usedforsecurity=False).hexdigest()[:_WORD]
        content = " || ".join([literal(word), *(field.hashed for field in self.fields.values())])
        return statement("engine/hashed", content=content, mapped=self.mapped)

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
        SourceError: the source is a query, and cannot be one.
        DataError: an expression is none, or the warehouse refuses it.
    """
    source, position = source_of(account, sync), quoted(sync.identifier)
    check_columns(source, sync)
    # Sorted, so that a mapping written in another order makes the same hash.
    mapping = sorted(_filled_from(source, sync).items())
    _check_expressions(source, sync, mapping)
    sources = {name: _sql(each) for name, each in mapping}
    columns = {name: f"FIELD_{number}" for number, name in enumerate(sources, start=1)}
    asked = [f"{position} as POSITION"]
    asked += [f"{sources[name]} as {column}" for name, column in columns.items()]
    with _explained(account, sync, source, sources):
        row = account.arrow(statement("engine/kinds", columns=", ".join(asked), source=source.sql))
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


def _filled_from(source: Source, sync: SyncRecord) -> dict[str, str | Expression]:
    """App field -> what fills it; for a template all columns, and those that are made for it."""
    stored = sync.field_mappings
    mapping = dict(stored.as_dict()) if stored else {}
    if isinstance(stored, StoredJinjaTemplate):
        return {column: column for column in source.columns} | mapping
    if not mapping:
        raise NotFilledError(
            f"sync {sync.slug!r} maps no field yet",
            where=f"sync {sync.slug!r}, {source.name}",
            next_step="fill its form, or .fill(.., mapping={'app field': 'COLUMN'})",
            sync=sync.slug,
        )
    return mapping


def _check_expressions(
    source: Source, sync: SyncRecord, mapping: Iterable[tuple[str, str | Expression]]
) -> None:
    for field, filling in mapping:
        if isinstance(filling, Expression):
            try:
                check_expression(filling.sql)
            except DataError as error:
                tried = f"({filling.sql})\n{error.what}"
                raise _not_filled(source, sync, field, tried) from None


def _not_filled(source: Source, sync: SyncRecord, field: str, tried: str) -> DataError:
    is_made = isinstance(sync.field_mappings, StoredJinjaTemplate)
    return DataError(
        f"{'extra column' if is_made else 'field'} {field!r} cannot be filled",
        tried=tried,
        where=f"sync {sync.slug!r}, {source.name}",
        next_step=f"correct the {'SQL' if is_made else 'mapping'} of {field!r}; columns of "
        f"{source.name} are what it can use",
        sync=sync.slug,
        field=field,
    )


@contextmanager
def _explained(
    account: Account, sync: SyncRecord, source: Source, sources: Mapping[str, str]
) -> Iterator[None]:
    # Some expressions are refused as they stand, others only for the value of some row.
    try:
        yield
    except WarehouseError as refused:
        for field, expression in sources.items():
            evaluated = statement("engine/expression", expression=expression, source=source.sql)
            try:
                account.rows(evaluated)
            except WarehouseError as error:
                tried = f"{expression.replace(chr(10), '')}\n{error.what}"
                raise _not_filled(source, sync, field, tried) from refused
        raise


def _sql(source: str | Expression) -> str:
    """A column's name quoted; an expression in brackets that a comment at its end leaves shut."""
    return f"({source.sql}\n)" if isinstance(source, Expression) else quoted(source)
