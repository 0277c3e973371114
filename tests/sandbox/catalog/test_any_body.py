"""Whatever is sent, the catalog answers, and says what is wrong with it."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devsession.sandbox.catalog import create_catalog
from tests.sandbox.catalog.conftest import SCHEMA, TOKEN, Api, column, refusal, table

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = {"Content-Type": "application/json"}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["name", "databaseSchema", "columns", "tags", "owners", "domains", "tableType", "extension"]
)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with closing(create_catalog(TOKEN, tmp_path_factory.mktemp("catalog"))) as catalog:
        api = Api(catalog)
        api.put("/services/databaseServices", json={"name": "shop", "serviceType": "X"})
        api.put("/databases", json={"name": "sales", "service": "shop"})
        api.put("/databaseSchemas", json={"name": "public", "database": "shop.sales"})
        yield api


@given(st.binary(max_size=64) | st.text(max_size=64).map(str.encode))
def test_bytes_that_are_no_table_are_refused(api: Api, body: bytes) -> None:
    assert refusal(api.put("/tables", content=body, headers=JSON))[0] == 400


@given(key=KEYS, value=ANYTHING)
def test_a_table_with_anything_in_it_is_taken_or_refused(api: Api, key: str, value: Any) -> None:
    sent = table("orders", column("id")) | {key: value}

    alone = api.put("/tables", content=as_json(sent), headers=JSON)
    bulk = api.put("/tables/bulk?async=false", content=as_json([sent]), headers=JSON)

    assert alone.status_code in (200, 201, 400, 404)
    passed = bulk.json()["numberOfRowsPassed"]
    assert passed == (alone.status_code in (200, 201))


@given(name=st.text(min_size=1, max_size=12))
def test_what_is_taken_can_be_read_by_its_name(api: Api, name: str) -> None:
    alone = api.put("/tables", content=as_json(table(name, column(name))), headers=JSON)

    if alone.status_code in (200, 201):
        read = api.get(f"/tables/{alone.json()['id']}").json()
        assert read["name"] == read["columns"][0]["name"] == name
        assert read["fullyQualifiedName"].startswith(f"{SCHEMA}.")
    else:
        assert refusal(alone)[0] == 400
        assert '"' in name or "::" in name or "\n" in name


def as_json(content: object) -> bytes:
    """As Python writes it, which knows NaN and Infinity."""
    return json.dumps(content).encode()
