from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from devsession.errors import UnknownNameError
from devsession.plugin.mapping import StoredFieldMappings, expression
from devsession.plugin.parameters import StoredConfigurationValue
from devsession.secrets.reference import secret
from devsession.warehouse.store import ConnectionRecord, Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from syrupy.assertion import SnapshotAssertion

    from devsession.warehouse import Account

MAPPING = StoredFieldMappings.from_dict({"email": "EMAIL", "name": expression("FIRST || LAST")})
HOSTILE = "x'; drop table DEVSESSION.SYNCS; -- \\ \" $$ ? % é\n"


@pytest.fixture
def store(account: Account) -> Store:
    return Store(account)


@pytest.fixture
def slug() -> str:
    """A name that no other test uses."""
    return f"contacts {uuid4().hex}"


@pytest.fixture
def connection() -> ConnectionRecord:
    """A connection of a plugin that no other test uses."""
    return ConnectionRecord(
        plugin_id=uuid4().hex,
        connection_method="API Key",
        connection_parameters={
            "tenant_url": StoredConfigurationValue(value="https://a.test", metadata={"zone": 1})
        },
        connection_secrets={"api_key": secret("ACME_API_KEY")},
    )


def test_a_plugin_has_no_connection_before_one_is_saved(store: Store) -> None:
    assert store.connection("never seen") is None


def test_a_connection_comes_back_as_it_was_saved(
    store: Store, connection: ConnectionRecord
) -> None:
    saved = store.save_connection(connection)

    assert (saved.created, saved.changes) == (True, {})
    assert store.connection(connection.plugin_id) == connection
    assert connection in store.connections()


def test_the_same_connection_again_changes_nothing(
    store: Store, connection: ConnectionRecord
) -> None:
    store.save_connection(connection)

    saved = store.save_connection(connection)

    assert (saved.created, saved.changes) == (False, {})


def test_another_connection_replaces_the_one_before_and_says_how(
    store: Store, connection: ConnectionRecord
) -> None:
    store.save_connection(connection)
    other = ConnectionRecord(
        connection.plugin_id,
        "API Key",
        connection_parameters=connection.connection_parameters,
        connection_secrets={"api_key": secret("OTHER_KEY")},
    )

    saved = store.save_connection(other)

    assert saved.changes == {
        "connection_secrets": (
            {"api_key": secret("ACME_API_KEY")},
            {"api_key": secret("OTHER_KEY")},
        )
    }
    assert store.connection(connection.plugin_id) == other


def test_a_sync_comes_back_as_it_was_declared(store: Store, slug: str) -> None:
    parameters = {"object": StoredConfigurationValue(value="contact", metadata={"icon": "é"})}

    saved = store.save_sync(
        slug,
        source="CONTACTS",
        identifier="ID",
        strategy="Upsert",
        sync_parameters=parameters,
        field_mappings=MAPPING,
    )

    assert saved.created
    assert store.sync(slug) == saved.record
    assert store.sync(slug).sync_parameters == parameters
    assert store.sync(slug).field_mappings == MAPPING


def test_the_same_declaration_changes_nothing(store: Store, slug: str) -> None:
    first = store.save_sync(slug, source="CONTACTS", identifier="ID", strategy="Upsert")

    again = store.save_sync(slug, source="CONTACTS", identifier="ID", strategy="Upsert")

    assert (again.record, again.created, again.changes) == (first.record, False, {})


def test_what_is_not_given_stays_and_what_changed_is_told(store: Store, slug: str) -> None:
    store.save_sync(slug, source="CONTACTS", identifier="ID", strategy="Upsert")
    store.save_sync(slug, field_mappings=MAPPING)

    saved = store.save_sync(slug, source="PEOPLE", identifier="ID")

    assert saved.changes == {"source": ("CONTACTS", "PEOPLE")}
    assert store.sync(slug).field_mappings == MAPPING


def test_any_text_can_be_a_slug(store: Store, slug: str) -> None:
    hostile = HOSTILE + slug

    store.save_sync(hostile, source=HOSTILE, identifier=HOSTILE, strategy="Upsert")

    assert store.sync(hostile).source == HOSTILE
    assert hostile in [sync.slug for sync in store.syncs()]


def test_an_unknown_sync_names_the_nearest(
    store: Store, slug: str, snapshot: SnapshotAssertion
) -> None:
    store.save_sync("invoices", source="INVOICES", identifier="ID", strategy="Upsert")

    with pytest.raises(UnknownNameError) as error:
        store.sync("invoice")

    assert str(error.value) == snapshot


def test_a_new_sync_needs_its_source(store: Store, slug: str) -> None:
    with pytest.raises(UnknownNameError, match="there is no sync"):
        store.save_sync(slug, field_mappings=MAPPING)


def test_a_run_is_kept_from_its_start_to_its_end(store: Store, slug: str) -> None:
    sync = store.save_sync(slug, source="CONTACTS", identifier="ID", strategy="Upsert").record

    started = store.start_run(sync)
    finished = store.finish_run(started, status="completed", counts={"Create": 2})

    assert (started.status, started.finished) == ("running", None)
    assert finished.finished is not None
    assert finished.finished > started.started
    assert store.runs(sync) == [finished]


def test_runs_are_listed_from_the_last_one(store: Store, slug: str) -> None:
    sync = store.save_sync(slug, source="CONTACTS", identifier="ID", strategy="Upsert").record

    first, second = store.start_run(sync), store.start_run(sync)

    assert store.runs(sync) == [second, first]


def test_everything_is_there_for_the_next_session(
    opened: Callable[[], Account], store: Store, slug: str, connection: ConnectionRecord
) -> None:
    saved = store.save_sync(slug, source="CONTACTS", identifier="ID", strategy="Upsert")
    store.save_connection(connection)

    account = opened()

    assert Store(account).sync(slug) == saved.record
    assert Store(account).connection(connection.plugin_id) == connection
    account.close()
