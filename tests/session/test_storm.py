"""Through a storm: runs that are repeated bring every record to the app, and each of them once."""

from __future__ import annotations

import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import requests
from pandas import DataFrame

from devsession import DevelopmentSession, secret
from devsession.sandbox import sandbox_key
from devsession.session.plugin_source import load_plugin_class
from tests.session import storm_plugin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


RECORDS = 5_000
MOST_RUNS = 10


@pytest.fixture
def session(modules: None, tmp_path: Path) -> Iterator[DevelopmentSession]:
    """Connected to a practice app of its own."""
    shutil.copy(storm_plugin.__file__, tmp_path / "plugin.py")
    session = DevelopmentSession(load_plugin_class(tmp_path), workspace=tmp_path)
    session.connection.fill(url=session.sandbox.url, api_key=secret("SANDBOX_API_KEY"))
    yield session
    session.sandbox.stop()
    session.shut_down()


def contacts(count: int) -> DataFrame:
    numbers = range(count)
    return DataFrame({"ID": numbers, "EMAIL": [f"person{n}@example.com" for n in numbers]})


def failures_until_done(session: DevelopmentSession, slug: str) -> list[DataFrame]:
    """What failed in each run; the next one offers it again."""
    failures: list[DataFrame] = []
    summary = None
    while not summary and len(failures) < MOST_RUNS:
        summary = session.run(slug)
        failures.append(session.failures(slug))
    return failures


def emails_at(session: DevelopmentSession) -> Counter[tuple[str, str]]:
    """External id and email of every record at the app, counted."""
    headers = {"Authorization": f"Bearer {sandbox_key(session.workspace.folder)}"}
    found: Counter[tuple[str, str]] = Counter()
    parameters: dict[str, Any] | None = {"limit": 500}
    with session.recorder.paused():
        while parameters is not None:
            page = requests.get(
                session.sandbox.url + "/objects/contact/records",
                parameters,
                headers=headers,
                timeout=60,
            ).json()
            found.update((each["external_id"], each["email"]) for each in page["records"])
            cursor = page["next_cursor"]
            parameters = {"limit": 500, "cursor": cursor} if cursor else None
    return found


def test_in_a_storm_every_record_comes_to_the_app_once(
    session: DevelopmentSession, snapshot: SnapshotAssertion
) -> None:
    session.load_table("CONTACTS", contacts(RECORDS))
    sync = session.sync("contacts", source="CONTACTS", identifier="ID")
    sync.fill(mapping={"email": "EMAIL"})
    session.sandbox.storm(
        seed=7, too_many=0.1, server_errors=0.12, resets=0.08, slow=0.05, slow_seconds=0.05
    )

    failures = failures_until_done(session, sync.slug)

    session.sandbox.calm()
    assert failures[-1].empty
    assert sorted({error for failed in failures for error in failed["ERROR"]}) == snapshot
    assert emails_at(session) == Counter(
        {(str(n), f"person{n}@example.com"): 1 for n in range(RECORDS)}
    )
