"""Inbound syncs are remembered next to outbound ones."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from devsession.errors import UnknownNameError, UsageError
from devsession.plugin.parameters import StoredConfigurationValue
from devsession.plugin.streams import StoredStreamsConfiguration
from devsession.warehouse.inbound_syncs import InboundSyncs
from devsession.warehouse.store import Store
from tests.warehouse.streams import stream

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from devsession.warehouse import Account

STREAMS = StoredStreamsConfiguration(
    include_new_streams=True,
    included_streams={"it's é": stream("it's é")},
    excluded_streams=["deals"],
)


@pytest.fixture
def syncs(account: Account) -> InboundSyncs:
    return InboundSyncs(account)


@pytest.fixture
def slug() -> str:
    """A name that no other test uses."""
    return f'it\'s "{uuid4().hex}"'


def test_a_sync_comes_back_as_it_was_declared(syncs: InboundSyncs, slug: str) -> None:
    parameters = {"object": StoredConfigurationValue(value="it's", metadata={"icon": "é"})}

    saved = syncs.save(slug, sync_parameters=parameters, streams=STREAMS)

    assert saved.created
    assert syncs.get(slug) == saved.record
    assert (saved.record.sync_parameters, saved.record.streams) == (parameters, STREAMS)
    assert saved.record in syncs.all()


def test_what_is_not_given_stays_and_what_changed_is_told(syncs: InboundSyncs, slug: str) -> None:
    syncs.save(slug, streams=STREAMS)
    fewer = StoredStreamsConfiguration(excluded_streams=["deals"])

    again = syncs.save(slug, streams=STREAMS)
    saved = syncs.save(slug, streams=fewer)
    syncs.save(slug, sync_parameters={"object": StoredConfigurationValue(value="x")})

    assert (again.created, again.changes) == (False, {})
    assert saved.changes == {"streams": (STREAMS, fewer)}
    assert syncs.get(slug).streams == fewer


def test_a_state_is_no_part_of_the_configuration(syncs: InboundSyncs, slug: str) -> None:
    read = stream("deals").model_copy(update={"latest_state": {"cursor": 1}})

    saved = syncs.save(slug, streams=StoredStreamsConfiguration(included_streams={"deals": read}))

    assert saved.record.streams.included_streams["deals"].latest_state is None


def test_an_unknown_sync_names_the_nearest(
    syncs: InboundSyncs, snapshot: SnapshotAssertion
) -> None:
    syncs.save("invoices")

    with pytest.raises(UnknownNameError) as error:
        syncs.get("invoice")

    assert str(error.value) == snapshot


def test_one_name_is_one_sync(
    account: Account, syncs: InboundSyncs, slug: str, snapshot: SnapshotAssertion
) -> None:
    outbound = {"source": "CONTACTS", "identifier": "ID", "strategy": "Upsert"}
    syncs.save("deals")
    Store(account).save_sync(slug, **outbound)  # type: ignore[arg-type]

    for refused in (
        lambda: syncs.save(slug),
        lambda: syncs.get(slug),
        lambda: Store(account).save_sync("deals", source="X", identifier="ID", strategy="Upsert"),
        lambda: Store(account).save_sync("deals", source="X"),
    ):
        with pytest.raises(UsageError, match="bound, not"):
            refused()
    with pytest.raises(UsageError) as error:
        Store(account).sync("deals")

    assert str(error.value) == snapshot


def test_neither_list_has_syncs_of_the_other_direction(
    account: Account, syncs: InboundSyncs, slug: str
) -> None:
    outbound = f"{slug} outbound"
    Store(account).save_sync(outbound, source="CONTACTS", identifier="ID", strategy="Upsert")
    syncs.save(slug)

    inbound_slugs = {sync.slug for sync in syncs.all()}
    outbound_slugs = {sync.slug for sync in Store(account).syncs()}

    assert (slug in inbound_slugs, outbound in inbound_slugs) == (True, False)
    assert (slug in outbound_slugs, outbound in outbound_slugs) == (False, True)


def test_runs_are_kept_with_counts_of_each_stream(
    account: Account, syncs: InboundSyncs, slug: str
) -> None:
    store = Store(account)
    sync = syncs.save(slug, streams=STREAMS).record

    run = store.finish_run(store.start_run(sync), status="completed", counts={"it's é": 3})

    assert store.runs(sync) == [run]
    assert run.counts == {"it's é": 3}
