"""Policies that a workflow's file names: found in the workspace, heeded by every run into a catalog."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from devsession.errors import WorkflowError
from devsession.openmetadata import OpenMetadata, Table
from devsession.openmetadata.workflow.file import read_workflow
from tests.local_catalog import LocalCatalog, local_catalog
from tests.openmetadata.acme_file import TEXT, TO_CATALOG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

POLICIES = '''
from devsession.openmetadata import Sink, Table
from devsession.openmetadata.processors import deny, mask, policy

@policy("ACME-01", Table)
def staff_is_private(table):
    """Nobody reads of staff."""
    if table.name == "staff":
        return deny("is about people", fix="exclude staff")

@policy("ACME-02", Table, tags=["Tier.Raw"])
def temporary_tables_are_raw(table):
    if table.name.startswith("tmp_"):
        return mask("is temporary", tag="Tier.Raw")

class Nothing(Sink):
    def write(self, item):
        return None
'''
ASKED = "processors: [{type: policies, config: {rules: [company_policies]}}]\n"
INTO_NOTHING = TEXT.replace("json-lines\n  config: {path: acme.jsonl}", "company_policies.Nothing")


@pytest.fixture
def policies(tmp_path: Path) -> Iterator[Path]:
    """The company's, beside the file."""
    file = tmp_path / "company_policies.py"
    file.write_text(POLICIES, encoding="utf-8")
    sys.path.insert(0, str(tmp_path))
    yield file
    sys.path.remove(str(tmp_path))
    sys.modules.pop("company_policies", None)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCatalog]:
    with local_catalog(tmp_path_factory.mktemp("catalog")) as started:
        yield started


def test_a_denied_entity_is_not_stored_and_what_is_there_is_not_deleted(
    catalog: LocalCatalog,
    policies: Path,
    written: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OM_TOKEN", catalog.token)
    text = TEXT.partition("sink:")[0] + TO_CATALOG.replace("HOST_PORT", catalog.host_port)
    path = written(text + ASKED)
    with closing(OpenMetadata(catalog.host_port, token=catalog.token)) as metadata:
        first = read_workflow(path).workflow.run()

        assert [each.name for each in first.failures] == ["acme.hr.people.staff"]
        raw = {each.name: [label.tag_fqn for label in each.tags] for each in stored(metadata)}
        assert raw == {"orders": [], "tmp_orders": ["Tier.Raw"]}

        policies.write_text(POLICIES.replace('"staff"', '"orders"'), encoding="utf-8")
        sys.modules.pop("company_policies")
        second = read_workflow(path).workflow.run(delete_unseen=True)

        assert [each.name for each in second.failures] == ["acme.sales.public.orders"]
        assert {each.name for each in stored(metadata)} == {"orders", "tmp_orders", "staff"}


def stored(metadata: OpenMetadata) -> list[Table]:
    return list(metadata.list(Table, fields=("tags",)))


def test_with_other_policies_an_incremental_run_reads_everything(
    policies: Path, written: Callable[[str], Path]
) -> None:
    policies.write_text(POLICIES.replace('"staff"', '"nobody"'), encoding="utf-8")
    incremental = "      type: DatabaseMetadata\n      incremental: {enabled: true}\n"
    path = written(INTO_NOTHING.replace("      type: DatabaseMetadata\n", incremental) + ASKED)

    first, second = read_workflow(path).workflow.run(), read_workflow(path).workflow.run()
    policies.write_text(POLICIES.replace('"staff"', '"nobody else"'), encoding="utf-8")
    sys.modules.pop("company_policies")
    third = read_workflow(path).workflow.run()

    assert (first.since, third.since) == (None, None)
    assert second.since is not None


WRONG = {
    "no such policy": "company_policies.staff_is_privat",
    "no such module": "compny_policies",
    "no policy": "company_policies.Table",
    "two of one id": "company_policies, tests.openmetadata.processors.judging",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_policies_that_cannot_be_are_told_with_their_line(
    wrong: str,
    policies: Path,
    written: Callable[[str], Path],
    snapshot: SnapshotAssertion,
    tmp_path: Path,
) -> None:
    path = written(TEXT + ASKED.replace("company_policies", WRONG[wrong]))

    with pytest.raises(WorkflowError) as raised:
        read_workflow(path)

    assert policies.is_file()
    assert str(raised.value).replace(str(tmp_path), "WORKSPACE") == snapshot


def test_the_policies_of_a_file_are_known(policies: Path, written: Callable[[str], Path]) -> None:
    file = read_workflow(written(TEXT + ASKED.replace("[company_policies]", "company_policies")))

    assert [each.id for each in file.policies] == ["ACME-01", "ACME-02"]
    first = next(file.policies)
    assert first.name == "company_policies.staff_is_private"
    assert first.where == f"{policies.name}, line 5"
