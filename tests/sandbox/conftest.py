"""A practice app in this process, with a clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from devsession.sandbox.access import ApiKeys
from devsession.sandbox.crm import create_app
from devsession.sandbox.oauth import OAuth
from tests.sandbox.client import Client

if TYPE_CHECKING:
    from starlette.types import ASGIApp

KEY = "sbx_key-of-the-tests"
CLIENT_ID = "client-of-the-tests"
CLIENT_SECRET = "sbc_secret-of-the-tests"
KEYS = ApiKeys([KEY])


class Clock:
    """Tells the time that it is set to."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(clock: Clock) -> ASGIApp:
    return create_app(KEYS, clock, oauth=OAuth(KEYS, {CLIENT_ID: CLIENT_SECRET}, clock))


@pytest.fixture
def client(app: ASGIApp) -> Client:
    """Shows the right key with each request."""
    return Client(app, {"Authorization": f"Bearer {KEY}"})


@pytest.fixture
def anybody(app: ASGIApp) -> Client:
    """Shows nothing unless a test says so."""
    return Client(app, {})


@pytest.fixture
def ada() -> dict[str, Any]:
    """A contact with a value of every type."""
    return {
        "external_id": "1815",
        "email": "ada@example.com",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "birthday": "1815-12-10",
        "score": 99,
        "lifetime_value": 12.5,
        "active": True,
        "last_seen_at": "2026-01-30T08:15:00+01:00",
    }
