"""Strategies as data: the contract's table, word for word."""

from __future__ import annotations

import pytest

from devsession.plugin.strategies import STRATEGIES

TABLE = {
    "Create": {"new": "Create"},
    "Upsert": {"new": "Create", "changed": "Update"},
    "Update": {"new": "Update", "changed": "Update"},
    "Delete": {"new": "Delete"},
    "Mirror": {"new": "Create", "changed": "Update", "gone": "Delete"},
    "Send": {"new": "Send"},
    "Replace": {"new": "Recreate", "changed": "Recreate", "unchanged": "Recreate"},
}


@pytest.mark.parametrize("name", TABLE)
def test_a_strategy_acts_as_the_contract_says(name: str) -> None:
    assert STRATEGIES[name].actions == TABLE[name]


def test_there_is_no_other_strategy() -> None:
    assert list(STRATEGIES) == list(TABLE)
