"""What a run would offer after a pass that was not stored is what it offers once it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas import concat
from pandas.testing import assert_frame_equal

from devsession.plugin.strategies import STRATEGIES, OutboundSyncStrategy
from devsession.warehouse.supposed import Pass
from tests.warehouse.syncs import Source, Syncing, all_of, answers

if TYPE_CHECKING:
    from pandas import DataFrame

    from devsession.warehouse import Account

MAPPING = {"email": "EMAIL"}
OWN = OutboundSyncStrategy(
    name="Keep in touch", new="Create", changed="Update", gone="Archive", unchanged="Remind"
)
ADA, ZOE = "a@x", 'ü"\\'
ODD = "Ünï '; --"
IDENTIFIERS = ["1", "2", "3", "4", "5", "6", "7", ODD]
_SOURCE = st.dictionaries(st.sampled_from(IDENTIFIERS), st.sampled_from([ADA, ZOE]))
_REFUSED = st.sets(st.sampled_from(IDENTIFIERS))

# What the source holds before, in and after the pass; what the app refuses before and in it. Each
# record is another case: new, changed, gone, the same or refused before; taken or refused now.
SOURCES = (
    dict.fromkeys(IDENTIFIERS[:6], ADA),
    {"1": ADA, "2": ZOE, "3": ZOE, "6": ADA, "7": ADA, ODD: ZOE},
    {"1": ZOE, "2": ZOE, "3": ZOE, "4": ADA, "6": ADA, ODD: ADA},
)
REFUSALS = ({"5", "6"}, {"3", "4", "6", ODD})

EACH = pytest.mark.parametrize("strategy", [*STRATEGIES.values(), OWN], ids=lambda each: each.name)


@pytest.fixture
def contacts(account: Account) -> Source:
    return Source(account, "SUPPOSED", {"ID": "varchar", "EMAIL": "varchar"})


def outcomes_of(records: DataFrame, refused: set[str]) -> DataFrame:
    """What the app says of the records: an identifier, or that it is taken."""
    asked = set(records["IDENTIFIER"])
    good = answers(sorted(asked - refused), app_identifier="app-1", status=201)
    return concat([good, answers(sorted(asked & refused), success=False, error="taken")])


def offers_the_same(
    contacts: Source,
    strategy: OutboundSyncStrategy,
    sources: tuple[dict[str, str], dict[str, str], dict[str, str]],
    refusals: tuple[set[str], set[str]],
) -> None:
    """Offered with the pass supposed, and offered once it is stored."""
    contacts.holds(*sources[0].items())
    sync = Syncing.of(contacts, MAPPING, strategy=strategy)
    before = sync.stage()
    before.apply(outcomes_of(all_of(before), refusals[0]))
    contacts.holds(*sources[1].items())
    stage = sync.stage()
    sent = all_of(stage)
    outcomes = outcomes_of(sent, refusals[1])
    contacts.holds(*sources[2].items())

    supposed = all_of(sync.stage(after=Pass(sent, outcomes), records=len(IDENTIFIERS)))

    stage.apply(outcomes)
    assert_frame_equal(supposed, all_of(sync.stage()))


@EACH
def test_it_offers_what_it_does_when_the_pass_is_stored(
    contacts: Source, strategy: OutboundSyncStrategy
) -> None:
    offers_the_same(contacts, strategy, SOURCES, REFUSALS)


@pytest.mark.long
@EACH
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    sources=st.tuples(_SOURCE, _SOURCE, _SOURCE),
    refusals=st.tuples(_REFUSED, _REFUSED),
)
def test_it_offers_what_it_does_whatever_the_pass(
    contacts: Source,
    strategy: OutboundSyncStrategy,
    sources: tuple[dict[str, str], dict[str, str], dict[str, str]],
    refusals: tuple[set[str], set[str]],
) -> None:
    offers_the_same(contacts, strategy, sources, refusals)


def test_the_state_is_as_it_was_and_nothing_is_left(account: Account, contacts: Source) -> None:
    contacts.holds(["1", "a@x"], ["2", "b@x"])
    sync = Syncing.of(contacts, MAPPING)
    sent = all_of(sync.stage(records=1))
    tables = account.rows("select count(*) from INFORMATION_SCHEMA.TABLES")

    offered = all_of(sync.stage(after=Pass(sent, answers(sent["IDENTIFIER"])), records=5))

    assert offered["IDENTIFIER"].tolist() == ["2"]
    assert sync.offered() == {"1": "Create", "2": "Create"}
    assert account.rows("select count(*) from INFORMATION_SCHEMA.TABLES") == tables
