"""The catalog behind a socket, as a workflow meets it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import requests

from tests.local_catalog import LocalCatalog, local_catalog
from tests.sandbox.catalog.conftest import table

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCatalog]:
    with local_catalog(tmp_path_factory.mktemp("catalog")) as catalog:
        catalog.put("/services/databaseServices", {"name": "shop", "serviceType": "Snowflake"})
        yield catalog


def test_a_call_is_cut_off_while_it_is_sent(catalog: LocalCatalog) -> None:
    catalog.set(next=["reset_request"])

    with pytest.raises(requests.ConnectionError):
        catalog.put("/databases", {"name": "unsent", "service": "shop"})

    assert catalog.request("GET", "/databases/name/shop.unsent").status_code == 404


def test_an_answer_is_cut_off_after_the_call_was_carried_out(catalog: LocalCatalog) -> None:
    catalog.set(next=["reset_answer"])

    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        catalog.put("/databases", {"name": "unheard", "service": "shop"})

    assert catalog.get("/databases/name/shop.unheard")["version"] == 0.1


def test_eight_who_write_at_once_lose_nothing(catalog: LocalCatalog) -> None:
    catalog.put("/databases", {"name": "shared", "service": "shop"})
    catalog.put("/databaseSchemas", {"name": "public", "database": "shop.shared"})

    def write(number: int) -> str:
        names = [f"{number}-{part}" for part in range(50)] + ["everybody's"]
        sent = [table(name, databaseSchema="shop.shared.public") for name in names]
        return str(catalog.put("/tables/bulk?async=false", sent)["status"])

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(write, range(8)))

    listed = catalog.get("/tables?databaseSchema=shop.shared.public&limit=0")
    assert statuses == ["success"] * 8
    assert listed["paging"]["total"] == 8 * 50 + 1
