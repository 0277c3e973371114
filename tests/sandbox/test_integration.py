"""What a plugin does with the app, from the connection test to the last page, over a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from devsession.sandbox import sandbox_key, sandbox_service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BULK = 100


class Integration:
    """What an integration engineer writes first: a few lines over one HTTP session."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._http = requests.Session()
        self.use_key(key)

    def use_key(self, key: str) -> None:
        self._http.headers["Authorization"] = f"Bearer {key}"

    def get(self, path: str, **parameters: str) -> dict[str, Any]:
        answer = self._http.get(self._url + path, params=parameters, timeout=30)
        answer.raise_for_status()
        return dict(answer.json())

    def push(self, object_name: str, rows: list[dict[str, object]]) -> list[dict[str, Any]]:
        """Upserts all rows, in as many bulks as that takes; one result a row."""
        results: list[dict[str, Any]] = []
        for start in range(0, len(rows), BULK):
            answer = self._http.post(
                f"{self._url}/objects/{object_name}/records/bulk/upsert",
                json={"records": rows[start : start + BULK]},
                timeout=30,
            )
            answer.raise_for_status()
            results += answer.json()["results"]
        return results

    def pull(self, object_name: str) -> Iterator[dict[str, Any]]:
        """Every record, page by page."""
        cursor: dict[str, str] = {}
        while True:
            page = self.get(f"/objects/{object_name}/records", **cursor)
            yield from page["records"]
            if page["next_cursor"] is None:
                return
            cursor = {"cursor": page["next_cursor"]}

    def delete(self, object_name: str, external_id: str) -> None:
        address = f"{self._url}/objects/{object_name}/records/external/{external_id}"
        self._http.delete(address, timeout=30).raise_for_status()

    def follow(self, stream: str, since: str) -> Iterator[dict[str, Any]]:
        """What changed since a time, deleted records as tombstones, page by page."""
        asked = {"updated_since": since, "include_deleted": "true"}
        cursor: dict[str, str] = {}
        while True:
            page = self.get(f"/streams/{stream}/records", **asked, **cursor)
            yield from page["records"]
            if page["next_cursor"] is None:
                return
            cursor = {"cursor": page["next_cursor"]}

    def close(self) -> None:
        self._http.close()


@pytest.fixture
def integration(tmp_path: Path) -> Iterator[Integration]:
    service = sandbox_service(tmp_path)
    address = service.ensure()
    integration = Integration(f"http://{address.host}:{address.port}", sandbox_key(tmp_path))
    yield integration
    integration.close()
    service.stop()


@pytest.fixture
def rows() -> list[dict[str, object]]:
    """Source rows, more than fit one bulk or one page."""
    return [
        {"external_id": f"C-{number}", "email": f"{number}@example.com", "score": number}
        for number in range(250)
    ]


def test_the_connection_is_tested_by_asking_for_the_account(integration: Integration) -> None:
    assert integration.get("/account")["name"] == "Sandbox CRM"


def test_a_wrong_key_fails_that_test(integration: Integration) -> None:
    integration.use_key("another")

    with pytest.raises(requests.HTTPError, match="401"):
        integration.get("/account")


def test_a_form_offers_the_objects_and_the_fields_that_can_be_written(
    integration: Integration,
) -> None:
    objects = [entry["name"] for entry in integration.get("/objects")["objects"]]
    fields = integration.get(f"/objects/{objects[-1]}")["fields"]

    assert objects == ["contact", "company", "deal"]
    assert [field["name"] for field in fields if not field["read_only"]] == [
        "external_id",
        "name",
        "amount",
        "stage",
        "close_date",
        "won",
    ]


def test_what_is_pushed_is_what_is_pulled(
    integration: Integration, rows: list[dict[str, object]]
) -> None:
    results = integration.push("contact", rows)

    pulled = list(integration.pull("contact"))

    assert [record["id"] for record in pulled] == [result["id"] for result in results]
    assert [{name: record[name] for name in rows[0]} for record in pulled] == rows


def test_pushing_again_shows_that_nothing_is_new(
    integration: Integration, rows: list[dict[str, object]]
) -> None:
    integration.push("contact", rows)

    again = integration.push("contact", [*rows[:-1], rows[-1] | {"score": -1}])

    assert [result["status"] for result in again] == ["unchanged"] * 249 + ["updated"]


def test_a_refused_row_can_be_put_right_and_pushed_again(
    integration: Integration, rows: list[dict[str, object]]
) -> None:
    rows[7]["email"] = rows[3]["email"]
    refused = [result for result in integration.push("contact", rows) if result["error"]]
    rows[7]["email"] = "seven@example.com"

    retried = integration.push("contact", [rows[result["index"]] for result in refused])

    assert [(result["index"], result["error"]["field"]) for result in refused] == [(7, "email")]
    assert [result["status"] for result in retried] == ["created"]
    assert len(list(integration.pull("contact"))) == len(rows)


def test_a_second_run_follows_what_was_written_and_deleted_since_the_first(
    integration: Integration, rows: list[dict[str, object]]
) -> None:
    integration.push("contact", rows)
    first = list(integration.follow("contact", "2000-01-01T00:00:00Z"))
    state = first[-1]["updated_at"]
    integration.push("contact", [rows[3] | {"score": -1}])
    integration.delete("contact", "C-7")

    second = {record["external_id"]: record for record in integration.follow("contact", state)}

    assert [record["external_id"] for record in first] == [row["external_id"] for row in rows]
    assert second["C-3"]["score"] == -1
    assert second["C-7"].keys() == {
        "id",
        "external_id",
        "created_at",
        "updated_at",
        "deleted_at",
    }
    assert list(second)[-2:] == ["C-3", "C-7"]
