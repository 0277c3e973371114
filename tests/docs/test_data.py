"""JSON, YAML, TOML and SQL of the pages are what reads them takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlglot
import yaml
from sqlglot import exp

from devsession.openmetadata.workflow.file import read_workflow
from devsession.publish.channel import Channel
from devsession.testing.notebooks.parameters import read_parameter_sets
from devsession.warehouse.connections import find_connection
from tests.docs.pages import Block, blocks, of
from tests.openmetadata.acme_file import TEXT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.snowflake_home import SnowflakeHome

pytest_plugins = ["tests.snowflake_home"]

CHECKED = {
    "python",
    "sh",
    "json",
    "yaml",
    "toml",
    "sql",
    "crontab",
    "text",
}  # text: what is printed
MOST_NOT_RUN = 5
WORKFLOW = {"source", "processors", "sink", "workflowConfig"}


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    assert [str(block) for block in blocks() if block.language not in CHECKED] == []


def test_few_blocks_are_not_run_and_say_why() -> None:
    said = [f"{block}: {block.not_run}" for block in blocks() if block.not_run]
    assert len(said) <= MOST_NOT_RUN, said


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with what files of workflows name."""
    monkeypatch.chdir(tmp_path)
    for name in ("ACME_API_KEY", "CATALOG_TOKEN", "KAFKA_PASSWORD", "OM_CLIENT_SECRET", "OM_TOKEN"):
        monkeypatch.setenv(name, "sesame-open-1")
    monkeypatch.setenv("ACME_HOST", "acme.example")
    (tmp_path / "ca.pem").touch()
    plugin = "from tests.openmetadata import acme\n\nclass AcmeSource(acme.AcmeSource): ...\n"
    (tmp_path / "plugin.py").write_text(plugin)
    (tmp_path / "policies.py").write_text("from tests.openmetadata.processors.judging import *\n")
    return tmp_path


@pytest.mark.parametrize("block", of("yaml"), ids=str)
def test_yaml_is_a_workflow_or_parameters(block: Block, folder: Path) -> None:
    file = folder / "page.yaml"
    text = block.text.replace(":PORT", ":8585")
    content = yaml.safe_load(text)
    if content.keys() <= WORKFLOW:
        # A part of a file, beside what the others have; a whole one as it stands.
        whole = content if "source" in content else yaml.safe_load(TEXT) | content
        file.write_text(text if whole is content else yaml.safe_dump(whole), encoding="utf-8")
        assert read_workflow(file).workflow
    else:
        file.write_text(text, encoding="utf-8")
        assert len(read_parameter_sets(file)) == len(content)


@pytest.mark.parametrize("block", of("json"), ids=str)
def test_json_is_a_list_of_packages(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "channel.json"
    file.write_text(block.text, encoding="utf-8")
    assert Channel.in_file(file).versions("pandas")


@pytest.mark.parametrize("block", of("toml"), ids=str)
def test_toml_is_a_connection(block: Block, snowflake_home: SnowflakeHome) -> None:
    snowflake_home.write(block.text)
    assert find_connection("prod").signed().authenticator == "EXTERNALBROWSER"


@pytest.mark.parametrize("block", of("sql"), ids=str)
def test_sql_is_snowflakes(block: Block) -> None:
    statements = sqlglot.parse(block.text, dialect="snowflake")
    # Of grants to an application the parser knows the first word.
    commands = [each for each in statements if isinstance(each, exp.Command)]
    assert [each for each in commands if each.name.upper() != "GRANT"] == []
    assert None not in statements
