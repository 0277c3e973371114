from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.answers import refusal

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.sandbox.client import Client

COMPANIES = "/objects/company/records"


@pytest.fixture
def five_companies(client: Client) -> None:
    records = [{"name": f"Company {number}"} for number in range(5)]
    client.post(COMPANIES + "/bulk/create", json={"records": records})


def page(client: Client, **parameters: Any) -> tuple[list[str], str | None]:
    answer = client.get(COMPANIES, params=parameters).json()
    return [record["name"] for record in answer["records"]], answer["next_cursor"]


@pytest.mark.usefixtures("five_companies")
def test_a_cursor_goes_on_where_the_page_ended(client: Client) -> None:
    first, cursor = page(client, limit=3)
    rest, end = page(client, limit=3, cursor=cursor)

    assert first == ["Company 0", "Company 1", "Company 2"]
    assert rest == ["Company 3", "Company 4"]
    assert end is None


@pytest.mark.usefixtures("five_companies")
def test_records_that_come_meanwhile_move_nothing(client: Client) -> None:
    _, cursor = page(client, limit=3)
    client.post(COMPANIES, json={"name": "A newer one"})

    assert page(client, limit=3, cursor=cursor) == (["Company 3", "Company 4", "A newer one"], None)


def test_an_app_without_records_has_one_empty_page(client: Client) -> None:
    assert page(client) == ([], None)


@pytest.mark.usefixtures("five_companies")
def test_a_cursor_of_another_object_is_refused(client: Client, snapshot: SnapshotAssertion) -> None:
    _, cursor = page(client, limit=3)

    response = client.get("/objects/deal/records", params={"cursor": cursor or ""})

    assert refusal(response) == snapshot


@pytest.mark.parametrize("cursor", ["", "nonsense", "ä", "Y29tcGFueTo5OTk=", "Y29tcGFueTotMQ=="])
def test_a_cursor_that_was_never_given_out_is_refused(client: Client, cursor: str) -> None:
    status, error = refusal(client.get(COMPANIES, params={"cursor": cursor}))

    assert (status, error["code"]) == (422, "invalid_cursor")


@pytest.mark.parametrize("limit", ["0", "501", "-1", "many", ""])
def test_a_limit_out_of_range_is_refused(
    client: Client, limit: str, snapshot: SnapshotAssertion
) -> None:
    assert refusal(client.get(COMPANIES, params={"limit": limit})) == snapshot


def test_a_misspelt_parameter_is_refused(client: Client, snapshot: SnapshotAssertion) -> None:
    assert refusal(client.get(COMPANIES, params={"cusor": "x"})) == snapshot
