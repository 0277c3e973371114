"""Opening a scenario parks the one before: each has its own exchanges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import UsageError

if TYPE_CHECKING:
    from devsession.session.sync import Sync
    from tests.session.conftest import Project


def test_exchanges_belong_to_the_scenario_that_is_open(contacts: Sync) -> None:
    first = contacts.scenario(f"first {contacts.slug}", records=1)
    first.run()
    second = contacts.scenario(f"second {contacts.slug}", records=1)
    second.run()
    second.run()

    assert (len(first.http), len(second.http)) == (1, 2)


def test_a_parked_scenario_that_runs_is_open_again(contacts: Sync) -> None:
    first = contacts.scenario(f"first {contacts.slug}", records=1)
    second = contacts.scenario(f"second {contacts.slug}", records=1)
    first.run()

    assert (len(first.http), len(second.http)) == (1, 0)


def test_a_closed_session_runs_nothing(contacts: Sync, project: Project) -> None:
    scenario = contacts.scenario(f"first {contacts.slug}", records=1)
    project.restart()

    with pytest.raises(UsageError, match=r"This session of PracticeCrm is closed") as refused:
        scenario.run()

    assert "DevelopmentSession(PracticeCrm)" in refused.value.next_step
