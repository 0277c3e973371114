"""A catalog in this process, whose clock moves by a second with each look at it."""

from __future__ import annotations

import asyncio
from contextlib import closing
from functools import partialmethod
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from devsession.sandbox.catalog import create_catalog
from tests.sandbox.catalog.subscriber import Subscriber, listening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.types import ASGIApp

TOKEN = "token-of-the-tests"
SCHEMA = "shop.sales.public"


class Clock:
    """Milliseconds since 1970."""

    def __init__(self) -> None:
        self.time = 1_700_000_000_000

    def __call__(self) -> int:
        self.time += 1_000
        return self.time


class Api:
    """Calls a catalog below /api/v1, with its token."""

    def __init__(self, app: ASGIApp) -> None:
        self._transport = httpx.ASGITransport(app)
        self.headers = {"Authorization": f"Bearer {TOKEN}"}

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Below /api/v1; below /api when the path begins with /_control."""
        root = "/api" if path.startswith("/_control") else "/api/v1"

        async def call() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=self._transport, base_url="http://catalog.test", headers=self.headers
            ) as client:
                return await client.request(method, root + path, **options)

        return asyncio.run(call())

    get = partialmethod(request, "GET")
    put = partialmethod(request, "PUT")
    post = partialmethod(request, "POST")
    delete = partialmethod(request, "DELETE")

    def bulk(self, kind: str, entities: object, **parameters: str) -> dict[str, Any]:
        """The answer of a bulk that was carried out."""
        params = {"async": "false", "overrideMetadata": "false", **parameters}
        answer = self.put(f"/{kind}/bulk", params=params, json=entities)
        assert answer.status_code == 200, answer.text
        content: dict[str, Any] = answer.json()
        return content

    def id_of(self, kind: str, fqn: str) -> str:
        return str(self.get(f"/{kind}/name/{fqn}").json()["id"])

    def reference(self, entity_type: str, kind: str, fqn: str) -> dict[str, str]:
        return {"id": self.id_of(kind, fqn), "type": entity_type}

    def set(self, **settings: object) -> None:
        """Sets faults."""
        self.request("PATCH", "/_control", json=settings).raise_for_status()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(tmp_path: Path, clock: Clock) -> Iterator[Api]:
    """An empty catalog."""
    with closing(create_catalog(TOKEN, tmp_path / "catalog", clock)) as catalog:
        yield Api(catalog)


@pytest.fixture
def shop(api: Api) -> Api:
    """A catalog with a service, a database and a schema, shop.sales.public."""
    api.put("/services/databaseServices", json={"name": "shop", "serviceType": "Snowflake"})
    api.put("/databases", json={"name": "sales", "service": "shop"})
    api.put("/databaseSchemas", json={"name": "public", "database": "shop.sales"})
    return api


@pytest.fixture
def subscriber() -> Iterator[Subscriber]:
    """Somebody who listens; `subscribe(api, subscriber)` has the catalog tell them."""
    with listening() as subscriber:
        yield subscriber


def column(name: str, data_type: str = "INT", **more: object) -> dict[str, Any]:
    return {"name": name, "dataType": data_type, **more}


def table(name: str, *columns: dict[str, Any], **more: object) -> dict[str, Any]:
    """A table of the schema shop.sales.public, as it is sent."""
    return {
        "name": name,
        "databaseSchema": SCHEMA,
        "columns": list(columns) or [column("id")],
        **more,
    }


def tag(fqn: str) -> dict[str, str]:
    return {
        "tagFQN": fqn,
        "source": "Classification",
        "labelType": "Automated",
        "state": "Confirmed",
    }


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and message of a refusal, whose shape is checked."""
    content = answer.json()
    assert content.keys() == {"code", "message"}
    assert content["code"] == answer.status_code
    return answer.status_code, content["message"]
