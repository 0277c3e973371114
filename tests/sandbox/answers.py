"""Short names for what tests look at in an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from httpx import Response


def refusal(response: Response) -> tuple[int, dict[str, Any]]:
    """Status and error, without the request id, which is another one every time."""
    error: dict[str, Any] = response.json()["error"]
    assert error.pop("request_id") == response.headers["X-Request-Id"]
    return response.status_code, error


def statuses(response: Response) -> list[str]:
    """What became of each record of a bulk."""
    assert response.status_code == 200
    return [result["status"] for result in response.json()["results"]]
