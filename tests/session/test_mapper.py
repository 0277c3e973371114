"""What a sync's mapper knows of the source: suggestions, sample values, records before saving."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import UsageError
from devsession.plugin import expression
from devsession.session.sampling import columns_of, sample_of
from tests.session.conftest import KEY

if TYPE_CHECKING:
    from devsession import DevelopmentSession
    from devsession.session.sync import Sync


def test_suggest_is_what_fill_takes(contacts: Sync) -> None:
    contacts.form.clear_mapping()

    suggested = contacts.suggest()

    assert suggested == {"email": "EMAIL", "first_name": "FIRST_NAME"}
    contacts.fill(mapping=suggested)
    assert contacts.suggest() == suggested


def test_suggest_says_what_it_needs_first(session: DevelopmentSession, contacts: Sync) -> None:
    other = session.sync(
        "others", source=contacts.record.source, identifier="ID", strategy="Upsert"
    )

    with pytest.raises(UsageError, match="once 'object' is answered"):
        other.suggest()

    assert other.suggest(object="contact")["email"] == "EMAIL"


def test_columns_are_shown_with_their_kinds_and_first_values(
    session: DevelopmentSession, contacts: Sync
) -> None:
    columns = {column.name: column for column in columns_of(session, contacts.record)}

    assert columns["ID"].kind == "number"
    assert columns["FIRST_NAME"].samples == ("Ada", "Grace", "Mary")


def test_a_secret_among_the_values_is_not_shown(
    session: DevelopmentSession, contacts: Sync
) -> None:
    table = contacts.record.source
    session.account.execute(f"update PUBLIC.{table} set FIRST_NAME = '{KEY}'")

    shown = f"{columns_of(session, contacts.record)}{sample_of(session, contacts)}"

    assert "REDACTED" in shown
    assert KEY not in shown


def test_the_sample_is_made_from_what_is_not_saved_yet(
    session: DevelopmentSession, contacts: Sync
) -> None:
    contacts.form.map("email", expression("upper(EMAIL)"))

    sample = sample_of(session, contacts)

    assert sample.headings == ("IDENTIFIER", "email", "first_name")
    assert sample.rows[0] == ["1", "ADA@EXAMPLE.COM", "Ada"]


def test_a_field_that_the_warehouse_refuses_is_left_out_and_says_why(
    session: DevelopmentSession, contacts: Sync
) -> None:
    contacts.form.map("email", expression("upper(NOWHERE)"))

    sample = sample_of(session, contacts)

    assert sample.headings == ("IDENTIFIER", "first_name")
    assert list(sample.refused) == ["email"]
    assert "NOWHERE" in sample.refused["email"]


def test_nothing_is_mapped_yet(session: DevelopmentSession, contacts: Sync) -> None:
    contacts.form.clear_mapping()

    assert sample_of(session, contacts).rows == ()
