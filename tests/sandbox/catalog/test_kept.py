"""What was answered is there when the catalog is started again, also after a kill."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import psutil
import pytest
import requests
from requests.exceptions import ChunkedEncodingError

from devsession.errors import ServiceError, SetupError, UsageError
from devsession.sandbox import (
    CATALOG_PATH,
    catalog_token,
    sandbox_service,
    set_catalog,
    start_sandbox,
    stop_sandbox,
)
from devsession.sandbox.catalog import create_catalog
from tests.local_catalog import LocalCatalog
from tests.sandbox.catalog.conftest import SCHEMA, TOKEN, Api, Clock, column, table, tag

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


def everything(api: Api) -> list[object]:
    asked = {"fields": "*", "include": "all", "limit": 1000}
    kinds = ("services/databaseServices", "databases", "databaseSchemas", "tables", "tags")
    lineage = api.get(f"/lineage/table/name/{SCHEMA}.a").json()
    return [*(api.get(f"/{kind}", params=asked).json() for kind in kinds), lineage]


def test_a_catalog_goes_on_as_it_was(tmp_path: Path, clock: Clock) -> None:
    with closing(create_catalog(TOKEN, tmp_path, clock)) as catalog:
        api = Api(catalog)
        api.put("/services/databaseServices", json={"name": "shop", "serviceType": "X"})
        api.put("/databases", json={"name": "sales", "service": "shop"})
        api.put("/databaseSchemas", json={"name": "public", "database": "shop.sales"})
        api.bulk("tables", [table("a", column("ß", tags=[tag("PII.None")])), table("b")])
        api.put("/tables", json=table("b", sourceHash="1"))
        api.put(f"/lineage/table/name/{SCHEMA}.a/table/name/{SCHEMA}.b", json={})
        api.delete(f"/tables/name/{SCHEMA}.b")
        before = everything(api)

    with closing(create_catalog(TOKEN, tmp_path, clock)) as catalog:
        assert everything(Api(catalog)) == before


def test_two_catalogs_cannot_use_one_folder(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    with (
        closing(create_catalog(TOKEN, tmp_path)),
        pytest.raises(SetupError) as raised,
    ):
        create_catalog(TOKEN, tmp_path)

    assert str(raised.value).replace(str(tmp_path), "<folder>") == snapshot


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    stop_sandbox(tmp_path)


def served(workspace: Path) -> LocalCatalog:
    """The catalog of a workspace's process, which is started if need be."""
    address = start_sandbox(workspace)
    host_port = f"http://{address.host}:{address.port}{CATALOG_PATH}"
    return LocalCatalog(host_port, catalog_token(workspace))


def test_what_was_answered_outlives_a_kill_and_a_stop(workspace: Path) -> None:
    catalog = served(workspace)
    catalog.put("/services/databaseServices", {"name": "shop", "serviceType": "X"})
    catalog.put("/databases", {"name": "sales", "service": "shop"})
    catalog.put("/databaseSchemas", {"name": "public", "database": "shop.sales"})
    catalog.put("/tables/bulk?async=false", [table(f"t{n:03}") for n in range(500)])
    before = catalog.get("/tables?limit=1000")

    process = psutil.Process(start_sandbox(workspace).pid)
    process.kill()
    process.wait(30)
    after_kill = served(workspace).get("/tables?limit=1000")
    stop_sandbox(workspace)
    after_stop = served(workspace).get("/tables?limit=1000")

    assert before == after_kill == after_stop
    assert before["paging"]["total"] == 500
    assert (workspace / ".devsession" / "catalog").stat().st_mode & 0o777 == 0o700


def test_a_workspaces_faults_are_set_from_outside_and_its_keys_are_two(workspace: Path) -> None:
    set_catalog(workspace, {"next": ["503"]})
    catalog = served(workspace)

    failing = catalog.request("GET", "/tables")
    practice_app = catalog.host_port.removesuffix(CATALOG_PATH) + "/account"
    headers = {"Authorization": f"Bearer {catalog.token}"}

    set_catalog(workspace, {"next": ["reset_request", "reset_answer", "truncated"]})
    for _ in range(2):
        with pytest.raises((requests.ConnectionError, ChunkedEncodingError)):
            catalog.request("GET", "/system/version")
    truncated = catalog.request("GET", "/system/version")

    assert (failing.status_code, truncated.status_code) == (503, 200)
    assert not truncated.text.endswith("}")
    assert requests.get(practice_app, headers=headers, timeout=30).status_code == 401
    with pytest.raises(UsageError, match="a rate is written"):
        set_catalog(workspace, {"rate": "fast"})
    stop_sandbox(workspace)
    assert (workspace / ".devsession" / "sandbox.log").read_text() == ""


def test_a_damaged_file_is_told_and_left_alone(
    workspace: Path, snapshot: SnapshotAssertion
) -> None:
    file = workspace / ".devsession" / "catalog" / "catalog.sqlite"
    file.parent.mkdir(parents=True)
    file.write_text("no database, but somebody's file")

    with pytest.raises(ServiceError) as raised:
        set_catalog(workspace, {})

    pid = sandbox_service(workspace).ensure().pid
    said = str(raised.value).replace(str(workspace), "<folder>").replace(str(pid), "<pid>")
    assert said == snapshot
    assert file.read_text() == "no database, but somebody's file"
