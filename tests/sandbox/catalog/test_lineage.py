"""Edges: how far they are followed, and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.catalog.conftest import SCHEMA, column, refusal, table

if TYPE_CHECKING:
    from tests.sandbox.catalog.conftest import Api


def edge(api: Api, start: str, end: str, **details: object) -> None:
    path = f"/lineage/table/name/{SCHEMA}.{start}/table/name/{SCHEMA}.{end}"
    assert api.put(path, json=details).status_code == 200


def graph(api: Api, name: str, **depths: int) -> tuple[list[str], int, int]:
    """The names of its nodes, the numbers of its edges up and down."""
    content: dict[str, Any] = api.get(f"/lineage/table/name/{SCHEMA}.{name}", params=depths).json()
    nodes = sorted(node["name"] for node in content["nodes"])
    return nodes, len(content["upstreamEdges"]), len(content["downstreamEdges"])


@pytest.fixture
def chain(shop: Api) -> Api:
    """a -> b -> c -> d, and d -> a."""
    shop.bulk("tables", [table(name) for name in "abcd"])
    for start, end in ("ab", "bc", "cd", "da"):
        edge(shop, start, end)
    return shop


def test_edges_are_followed_as_far_as_is_asked(chain: Api) -> None:
    assert graph(chain, "b") == (["a", "c"], 1, 1)
    assert graph(chain, "b", upstreamDepth=0, downstreamDepth=2) == (["c", "d"], 0, 2)


def test_a_circle_ends(chain: Api) -> None:
    assert graph(chain, "b", upstreamDepth=50, downstreamDepth=50) == (["a", "c", "d"], 4, 4)


def test_an_edge_is_one_however_often_it_is_put(chain: Api) -> None:
    edge(chain, "a", "b", sqlQuery="SELECT 1")

    (read,) = chain.get(f"/lineage/table/name/{SCHEMA}.b").json()["upstreamEdges"]
    details = read["lineageDetails"]

    assert details["sqlQuery"] == "SELECT 1"
    assert details["createdAt"] < details["updatedAt"]


def test_an_edge_is_taken_away_by_name_and_by_id(chain: Api) -> None:
    ids = [chain.id_of("tables", f"{SCHEMA}.{name}") for name in "bc"]
    chain.delete(f"/lineage/table/name/{SCHEMA}.a/table/name/{SCHEMA}.b")
    chain.delete(f"/lineage/table/{ids[0]}/table/{ids[1]}")

    again = chain.delete(f"/lineage/table/{ids[0]}/table/{ids[1]}")

    assert graph(chain, "b") == ([], 0, 0)
    assert refusal(again) == (404, "Lineage edge not found")


def test_what_is_deleted_is_no_node(chain: Api) -> None:
    chain.delete(f"/tables/name/{SCHEMA}.a")

    assert graph(chain, "b") == (["c"], 0, 1)


def test_columns_may_be_nested_and_of_other_kinds_of_entities(shop: Api) -> None:
    inside = column("address", "STRUCT", children=[column("post.code")])
    shop.put("/tables", json=table("orders", inside))
    shop.put("/services/storageServices", json={"name": "s3", "serviceType": "S3"})
    model = {"columns": [column("code")]}
    shop.put("/containers", json={"name": "raw", "service": "s3", "dataModel": model})
    columns = [{"fromColumns": ["s3.raw.code"], "toColumn": f'{SCHEMA}.orders.address."post.code"'}]

    answer = shop.put(
        f"/lineage/container/name/s3.raw/table/name/{SCHEMA}.orders",
        json={"columnsLineage": columns},
    )

    assert answer.status_code == 200


def test_an_edge_names_the_pipeline_that_makes_it(chain: Api) -> None:
    chain.put("/services/pipelineServices", json={"name": "etl", "serviceType": "Airflow"})
    chain.put("/pipelines", json={"name": "load", "service": "etl"})

    edge(chain, "a", "b", pipeline=chain.reference("pipeline", "pipelines", "etl.load"))
    unknown = {"id": chain.id_of("tables", f"{SCHEMA}.a"), "type": "pipeline"}
    refused = chain.put(
        f"/lineage/table/name/{SCHEMA}.a/table/name/{SCHEMA}.b", json={"pipeline": unknown}
    )

    assert refused.status_code == 404
