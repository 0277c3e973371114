"""Every strategy does what its table says, run after run against the practice app.

The expectation is worked out from the table alone, with sets and dicts.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devsession import DevelopmentSession, secret
from devsession.plugin.strategies import STRATEGIES
from devsession.sandbox import sandbox_key
from devsession.session.plugin_source import load_plugin_class
from devsession.warehouse.store import state_table
from tests.session import strategy_plugin
from tests.session.strategy_plugin import CONTACTS, MESSAGES, OWN, REFUSED
from tests.warehouse.syncs import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.plugin.strategies import OutboundSyncStrategy
    from devsession.session.run import RunSummary
    from devsession.session.sync import Sync

IDENTIFIERS = ["1", "a b/c?", "Ünï ✓", "NULL"]
EVERY = {**STRATEGIES, OWN.name: OWN}
ACTS = {"create": {"Create", "Update", "Recreate"}, "delete": {"Delete", "Archive"}}

NAMES = ["Ada", "Zoë '; --", '漢 "🙂" \\']

# For each run, what the source holds and what the app refuses.
ONE, TWO, THREE, FOUR = IDENTIFIERS
ADA, ZOE, HAN = NAMES
FOUR_RUNS: list[tuple[dict[str, str | None], set[str]]] = [
    ({ONE: ADA, TWO: ZOE, THREE: None}, {TWO}),
    ({ONE: ADA, TWO: ZOE, THREE: HAN, FOUR: ADA}, {THREE}),
    ({TWO: None, THREE: HAN, FOUR: ADA}, {ONE, FOUR}),
    ({TWO: None, FOUR: ZOE}, {TWO, FOUR}),
]

_NAMES = st.none() | st.sampled_from(NAMES)
_SOURCE = st.dictionaries(st.sampled_from(IDENTIFIERS), _NAMES)
_REFUSED = st.sets(st.sampled_from(IDENTIFIERS), max_size=2)
THREE_RUNS = st.lists(st.tuples(_SOURCE, _REFUSED), min_size=3, max_size=3)
SLOW: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow],
}


@dataclass
class Expected:
    """What the table says: `holds` is what succeeded, `failed` the action that failed last."""

    strategy: OutboundSyncStrategy
    contacts: dict[str, str | None]
    holds: dict[str, str | None] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def actions(self, source: dict[str, str | None]) -> dict[str, str]:
        """Identifier -> action, of the records that are not left alone."""
        states = {each: self.state(each, source) for each in {*source, *self.holds}}
        table = self.strategy.actions
        return {each: table[state] for each, state in states.items() if state in table}

    def state(self, identifier: str, source: dict[str, str | None]) -> str:
        if identifier not in source:
            return "gone"
        if identifier not in self.holds:
            return "new"
        same = self.holds[identifier] == source[identifier]
        again = self.failed.get(identifier, self.strategy.unchanged) == self.strategy.unchanged
        return "unchanged" if same and again else "changed"

    def run(self, source: dict[str, str | None], refused: set[str]) -> Counter[str]:
        """One run; what was done at the app, a line each."""
        actions = self.actions(source)
        self.failed |= {each: actions[each] for each in actions.keys() & refused}
        done = {each: action for each, action in actions.items() if each not in refused}
        for identifier, action in done.items():
            self.failed.pop(identifier, None)
            self.holds.pop(identifier, None)
            if identifier in source:
                self.holds[identifier] = source[identifier]
            if action in ACTS["create"]:
                self.contacts[identifier] = source[identifier]
            if action in ACTS["delete"]:
                self.contacts.pop(identifier, None)
        return Counter(f"{action} {each}" for each, action in done.items())


class Practice:
    """The practice app, a sync to it, and what the app holds."""

    def __init__(self, session: DevelopmentSession) -> None:
        self.session = session
        self._http = requests.Session()
        self._http.headers["Authorization"] = f"Bearer {sandbox_key(session.workspace.folder)}"
        self._read = 0

    def begin(self, strategy: OutboundSyncStrategy) -> tuple[Sync, Expected]:
        """Nothing was synced yet; the app holds what a strategy begins with."""
        self._load({})
        sync = self.session.sync(
            strategy.name, source="PEOPLE", identifier="ID", strategy=strategy.name
        )
        if not sync.filled:
            sync.fill(mapping={"email": "EMAIL", "first_name": "NAME"})
        self.session.account.execute(f"delete from {state_table(sync.record)}")
        for identifier in self.contacts():
            self._ask("DELETE", f"{CONTACTS}/external/{quote(identifier, safe='')}")
        # What is to be updated or deleted first is at the app already.
        known = IDENTIFIERS if strategy.new in {"Update", "Delete"} else []
        for place, each in enumerate(known):
            self._ask("POST", CONTACTS, {"external_id": each, "email": f"{place}@example.com"})
        self.messages()
        return sync, Expected(strategy, dict.fromkeys(known))

    def run(
        self, sync: Sync, source: dict[str, str | None], refused: set[str]
    ) -> tuple[dict[str, int], RunSummary]:
        """What was planned, and what the run said."""
        self._load(source)
        place = self.session.workspace.folder / REFUSED
        place.write_text(json.dumps(sorted(refused)), encoding="utf-8")
        planned = dict(sync.plan().actions)
        return planned, self.session.run(sync.slug)

    def contacts(self) -> dict[str, str | None]:
        """External id -> first name of what the app holds."""
        records = self._ask("GET", f"{CONTACTS}?limit=500")["records"]
        return {each["external_id"]: each["first_name"] for each in records}

    def messages(self) -> Counter[str]:
        """What was posted since this was asked last."""
        found: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            after = f"&cursor={cursor}" if cursor else ""
            page = self._ask("GET", f"{MESSAGES}?limit=500{after}")
            found += [each["text"] for each in page["messages"]]
            cursor = page["next_cursor"]
        new, self._read = found[self._read :], len(found)
        return Counter(new)

    def _load(self, source: dict[str, str | None]) -> None:
        rows = [(each, f"{IDENTIFIERS.index(each)}@example.com", source[each]) for each in source]
        columns = dict.fromkeys(("ID", "EMAIL", "NAME"), "varchar")
        Source(self.session.account, "PEOPLE", columns).holds(*rows)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        with self.session.recorder.paused():
            answer = self._http.request(
                method, self.session.sandbox.url + path, json=body, timeout=60
            )
        answer.raise_for_status()
        return answer.json()


@pytest.fixture(scope="module")
def practice(modules: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    folder = tmp_path_factory.mktemp("strategies")
    shutil.copy(strategy_plugin.__file__, folder / "plugin.py")
    session = DevelopmentSession(load_plugin_class(folder), workspace=folder)
    session.connection.fill(url=session.sandbox.url, api_key=secret("SANDBOX_API_KEY"))
    yield Practice(session)
    session.shut_down()


def follows_the_table(
    practice: Practice,
    strategy: OutboundSyncStrategy,
    runs: list[tuple[dict[str, str | None], set[str]]],
) -> None:
    """Runs one after the other, each compared with what the table says."""
    sync, expected = practice.begin(strategy)
    for source, refused in runs:
        actions = expected.actions(source)
        done = expected.run(source, refused)

        planned, summary = practice.run(sync, source, refused)

        counted = Counter(actions.values())
        assert planned == {name: counted[name] for name in strategy.actions.values()}
        assert practice.messages() == done
        assert practice.contacts() == expected.contacts
        assert summary.failed == len(actions) - done.total()
    assert set(practice.session.failures(sync.slug)["IDENTIFIER"]) == set(expected.failed)


@pytest.mark.parametrize("strategy", EVERY.values(), ids=EVERY)
def test_four_runs_do_what_the_table_says(
    practice: Practice, strategy: OutboundSyncStrategy
) -> None:
    follows_the_table(practice, strategy, FOUR_RUNS)


@pytest.mark.parametrize("strategy", EVERY.values(), ids=EVERY)
def test_the_four_runs_meet_every_state_refused_and_not(strategy: OutboundSyncStrategy) -> None:
    expected = Expected(strategy, dict.fromkeys(IDENTIFIERS))

    met = set()
    for source, refused in FOUR_RUNS:
        met |= {
            (expected.state(each, source), each in refused) for each in expected.actions(source)
        }
        expected.run(source, refused)

    assert met == {(state, refused) for state in strategy.actions for refused in (True, False)}


@pytest.mark.long
@pytest.mark.parametrize("strategy", EVERY.values(), ids=EVERY)
@settings(max_examples=100, **SLOW)
@given(runs=THREE_RUNS)
def test_a_hundred_times_three_runs_do_what_the_table_says(
    practice: Practice,
    strategy: OutboundSyncStrategy,
    runs: list[tuple[dict[str, str | None], set[str]]],
) -> None:
    follows_the_table(practice, strategy, runs)
