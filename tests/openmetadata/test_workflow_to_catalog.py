"""Workflows from a file into a catalog: twice, dry, deleting, incremental."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from devsession.openmetadata import OpenMetadata, Table
from devsession.openmetadata.workflow.file import read_workflow
from tests.local_catalog import LocalCatalog, local_catalog
from tests.openmetadata.acme_file import TEXT, TO_CATALOG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCatalog]:
    with local_catalog(tmp_path_factory.mktemp("catalog")) as started:
        yield started


def to_catalog(catalog: LocalCatalog, **selection: Any) -> str:
    keys = yaml.safe_load(TEXT.partition("sink:")[0])
    keys["source"]["sourceConfig"]["config"] |= selection
    return yaml.safe_dump(keys) + TO_CATALOG.replace("HOST_PORT", catalog.host_port)


def test_runs_into_a_catalog_twice_and_the_second_time_nothing_is_sent(
    catalog: LocalCatalog, written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OM_TOKEN", catalog.token)
    path = written(to_catalog(catalog))
    would = read_workflow(path).workflow.run(dry_run=True)
    assert would.tally.total("created") == 8
    assert "8 would be stored" in would.headline
    assert catalog.get("/tables")["data"] == []

    first, second = read_workflow(path).workflow.run(), read_workflow(path).workflow.run()
    assert first.tally.total("created") == 8
    assert (second.tally.total("unchanged"), second.tally.total("created")) == (7, 0)
    assert ", 8 stored, " in first.headline
    assert ", 0 stored, 7 unchanged, " in second.headline
    assert catalog.token not in str(first) + repr(first.to_dict())


def test_what_the_source_does_not_yield_any_more_is_deleted_when_the_file_says_so(
    catalog: LocalCatalog, written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OM_TOKEN", catalog.token)
    read_workflow(written(to_catalog(catalog))).workflow.run()
    less = to_catalog(catalog, tableFilterPattern={"excludes": ["tmp"]}, markDeletedTables=True)
    file = read_workflow(written(less))
    assert (
        file.workflow.run(dry_run=True, delete_unseen=file.delete_unseen).tally.total("deleted")
        == 1
    )
    report = file.workflow.run(delete_unseen=file.delete_unseen)
    assert report.tally.of("table")["deleted"] == 1
    metadata = OpenMetadata(catalog.host_port, token=catalog.token)
    assert {each.name for each in metadata.list(Table)} == {"orders", "staff"}
    metadata.close()


def test_a_catalog_that_was_set_up_anew_is_filled_from_the_beginning(
    catalog: LocalCatalog,
    written: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("OM_TOKEN", catalog.token)
    incremental = {"incremental": {"enabled": True, "lookbackDays": 0}}
    path = written(to_catalog(catalog, **incremental))
    first, second = read_workflow(path).workflow.run(), read_workflow(path).workflow.run()
    assert (first.since, second.since) == (None, first.started_ms)

    catalog.request(
        "DELETE", f"/services/databaseServices/{service_id(catalog)}?recursive=true&hardDelete=true"
    )
    assert read_workflow(path).workflow.run().since is None

    more = to_catalog(catalog, **incremental).replace("stag", "nothing")
    assert read_workflow(written(more)).workflow.run().since is None


def service_id(catalog: LocalCatalog) -> str:
    return str(catalog.get("/services/databaseServices/name/acme")["id"])
