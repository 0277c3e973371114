"""Moments, which the catalog counts in milliseconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime


def moment_of(milliseconds: int) -> datetime | None:
    """The same as a datetime in UTC; None for one that no calendar has."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None
