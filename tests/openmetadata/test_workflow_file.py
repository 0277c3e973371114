"""Workflows from YAML of OpenMetadata's own shape: what runs, and what is refused with key and line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import SecretMissingError, WorkflowError
from devsession.openmetadata.workflow.file import read_workflow
from tests.openmetadata.acme_file import TEXT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


def test_a_file_becomes_a_workflow(written: Callable[[str], Path], tmp_path: Path) -> None:
    file = read_workflow(written(TEXT))
    config = file.workflow.source.config  # type: ignore[union-attr]
    assert config.host == "https://acme.example/api"
    assert config.api_key.get_secret_value() == "sesame-open-1"
    assert config.page_size == 50
    assert config.schemas.excludes == ["stag"]

    assert file.workflow.run()
    assert "staging" not in (tmp_path / "acme.jsonl").read_text()
    assert "sesame" not in repr(file)


def test_what_ships_goes_by_its_public_name(written: Callable[[str], Path], tmp_path: Path) -> None:
    read_workflow(written(TEXT)).workflow.run()
    options = TEXT[TEXT.index("        host:") : TEXT.index("  sourceConfig:")]
    again = (
        TEXT.replace(
            "tests.openmetadata.acme.AcmeSource", "devsession.openmetadata.JsonLinesSource"
        )
        .replace(options, f"        path: {tmp_path / 'acme.jsonl'}\n")
        .replace("json-lines", "devsession.openmetadata.JsonLinesSink")
        .replace("{path: acme.jsonl}", "{path: again.jsonl}")
    )

    assert read_workflow(written(again)).workflow.run()

    assert (tmp_path / "again.jsonl").read_text() == (tmp_path / "acme.jsonl").read_text()


CHANGES: dict[str, tuple[str, str]] = {
    "an unknown key": ("serviceName:", "servicename:"),
    "an unknown option": ("host:", "hots:"),
    "an unknown pattern": ("excludes", "exclude"),
    "no such pattern at this source": ("schemaFilter", "pipelineFilter"),
    "not a regular expression": ("[stag]", "['(']"),
    "no such class": ("acme.AcmeSource", "acme.AcmeSorce"),
    "no such class that ships": (
        "tests.openmetadata.acme.AcmeSource", "devsession.openmetadata.WarehouseSorce"
    ),
    "no such module": ("openmetadata.acme.Acme", "openmetadata.acmy.Acme"),
    "not a class at all": ("tests.openmetadata.acme.AcmeSource", "AcmeSource"),
    "a sink as a source": ("acme.AcmeSource", "acme.Kept"),
    "an unknown sink": ("json-lines", "jsonlines"),
    "no server for the catalog": ("type: json-lines\n  config: {path: acme.jsonl}", "type: metadata-rest"),
    "a secret in the file": ('secret("ACME_API_KEY")', "sesame-open-1"),
    "a secret that is a number": ('secret("ACME_API_KEY")', "48151623"),
    "a secret in another option": ("https://${ACME_HOST}/api", "https://me:sesame-open-1@acme.example"),
    "a wrong number": ('"50"', "many"),
    "a key twice": ("  serviceName: acme", "  serviceName: acme\n  serviceName: acme"),
    "no YAML": ("{excludes: [stag]}", "{excludes: [stag"),
    "nothing in it": (TEXT, ""),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_cannot_be_run_is_told_with_its_key_and_line(
    change: str, written: Callable[[str], Path], tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    path = written(TEXT.replace(*CHANGES[change]))
    with pytest.raises(WorkflowError) as raised:
        read_workflow(path)
    assert str(raised.value).replace(str(tmp_path), "WORKSPACE") == snapshot
    assert "sesame" not in str(raised.value)


def test_a_secret_that_is_nowhere_is_told_with_its_key(
    written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ACME_API_KEY")
    with pytest.raises(SecretMissingError) as raised:
        read_workflow(written(TEXT))
    assert raised.value.where == "source.serviceConnection.config.connectionOptions.api_key"


def test_an_options_text_may_be_a_list(written: Callable[[str], Path]) -> None:
    text = TEXT.replace('page_size: "50"', "regions: eu, us").replace(
        "acme.AcmeSource", "acme.Regional"
    )
    config = read_workflow(written(text)).workflow.source.config  # type: ignore[union-attr]
    assert config.regions == ["eu", "us"]


def test_what_processors_say_of_columns_is_no_secret(written: Callable[[str], Path]) -> None:
    kinds = "processors: [{type: classify-pii, config: {kinds: {password: PII.Secret}}}]\n"
    (processor,) = read_workflow(written(TEXT + kinds)).workflow.processors
    assert processor.config.kinds == {"password": "PII.Secret"}  # type: ignore[union-attr]
