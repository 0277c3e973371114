"""The catalog behind a socket, as a workflow meets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from tests.local_catalog import LocalCatalog, local_catalog

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
