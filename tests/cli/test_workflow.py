"""`devsession workflow`: what is printed, and the exit codes."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.openmetadata.acme_file import TEXT

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import CommandLine

SOURCES = """
from devsession.openmetadata import Either, OMError
from tests.openmetadata.acme import AcmeSource

class Losing(AcmeSource):
    def generate(self):
        yield from super().generate()
        yield Either(left=OMError("acme.sales.secrets", "no permission"))

class Stopped(AcmeSource):
    def tables(self, database, schema):
        raise KeyboardInterrupt
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ACME_HOST", "acme.example")
    monkeypatch.setenv("ACME_API_KEY", "sesame-open-1")
    (tmp_path / "acme.yaml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "losing_sources.py").write_text(SOURCES, encoding="utf-8")
    return tmp_path


def using(folder: Path, source: str) -> None:
    path = folder / "acme.yaml"
    path.write_text(path.read_text().replace("tests.openmetadata.acme.AcmeSource", source))


def shown(text: str) -> str:
    return re.sub(r"\d+\.\d s", "0.1 s", text)


def test_run(folder: Path, cli: CommandLine, snapshot: SnapshotAssertion) -> None:
    said = cli(folder, "workflow", "run", "acme.yaml")
    assert said.code == 0
    assert shown(said.out) == snapshot
    assert len((folder / "acme.jsonl").read_text().splitlines()) == 8


def test_anything_lost_is_exit_code_1(
    folder: Path, cli: CommandLine, snapshot: SnapshotAssertion
) -> None:
    using(folder, "losing_sources.Losing")
    said = cli(folder, "workflow", "run", "acme.yaml")
    assert said.code == 1
    assert shown(said.out) == snapshot
    log = (folder / ".devsession" / "logs" / "workflow-acme.jsonl").read_text(encoding="utf-8")
    lost, ended = map(json.loads, log.splitlines())
    assert (lost["level"], lost["step"], lost["entity"], lost["cause"]) == (
        *("ERROR", "Losing", "acme.sales.secrets", "no permission"),
    )
    assert ended["state"] == "partialSuccess"


def test_json(folder: Path, cli: CommandLine) -> None:
    said = cli(folder, "workflow", "run", "acme.yaml", "--json", "--dry-run")
    report = json.loads(said.out)
    assert (said.code, report["state"], report["dry_run"]) == (0, "success", True)
    assert not (folder / "acme.jsonl").exists()


def test_ctrl_c_says_how_far_it_came_and_leaves_no_file(folder: Path, cli: CommandLine) -> None:
    using(folder, "losing_sources.Stopped")
    said = cli(folder, "workflow", "run", "acme.yaml")
    assert said.code == 130
    assert said.out.startswith("acme: stopped, 2 records read")
    assert "stopped; nothing is lost" in said.err
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == [
        "acme.yaml",
        "losing_sources.py",
    ]


def test_check(folder: Path, cli: CommandLine, snapshot: SnapshotAssertion) -> None:
    said = cli(folder, "workflow", "check", "acme.yaml")
    assert (said.code, said.out) == (0, snapshot)
    as_json = cli(folder, "workflow", "check", "acme.yaml", "--json")
    assert json.loads(as_json.out)["sink"] == "json-lines"


def test_check_tells_whom_the_catalog_lets_in(
    folder: Path, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OM_PASSWORD", "hush-hush")
    server = (
        "{hostPort: 'http://catalog.example/api', authProvider: basic, securityConfig: SECURITY}"
    )
    security = "{email: ann@example.com, password: '${OM_PASSWORD}'}"
    with (folder / "acme.yaml").open("a") as file:
        file.write("workflowConfig:\n  openMetadataServerConfig: ")
        file.write(server.replace("SECURITY", security))

    said = cli(folder, "workflow", "check", "acme.yaml")

    assert said.code == 0, said.err
    assert "  catalog     http://catalog.example/api, by basic\n" in said.out
    assert "hush" not in said.out


def test_a_file_that_cannot_be_run_is_exit_code_2(folder: Path, cli: CommandLine) -> None:
    using(folder, "losing_sources.Loosing")
    said = cli(folder, "workflow", "check", "acme.yaml")
    assert said.code == 2
    assert "did you mean 'Losing' or 'Stopped'" in said.err or "did you mean 'Losing'" in said.err
    assert cli(folder, "workflow", "run", "nowhere.yaml").code == 2


def test_a_sink_that_deletes_nothing_is_refused_where_deleting_is_asked(
    folder: Path, cli: CommandLine
) -> None:
    path = folder / "acme.yaml"
    before = "      markDeletedTables: true\n"
    path.write_text(path.read_text().replace("      type: DatabaseMetadata\n", before))
    for command in ("check", "run"):
        said = cli(folder, "workflow", command, "acme.yaml")
        assert said.code == 2
        assert "markDeletedTables: the sink JsonLinesSink deletes nothing" in said.err
    assert not (folder / "acme.jsonl").exists()


def test_schema(folder: Path, cli: CommandLine) -> None:
    whole = json.loads(cli(folder, "workflow", "schema").out)
    assert whole["properties"]["source"] == {"$ref": "#/$defs/SourceKeys"}
    of_source = json.loads(cli(folder, "workflow", "schema", "losing_sources.Losing").out)
    assert of_source["properties"]["api_key"]["format"] == "password"
    of_shipped = json.loads(cli(folder, "workflow", "schema", "domain-by-rule").out)
    assert "rules" in of_shipped["properties"]


POLICIES = """
from devsession.openmetadata import DatabaseSchema, Table
from devsession.openmetadata.processors import deny, policy, warn

@policy("ACME-01", Table)
def staff_is_private(table):
    "Nobody reads of staff."
    return deny("is about people", fix="exclude staff") if table.name == "staff" else None

@policy("ACME-02", DatabaseSchema)
def schemas_say_what_they_are_for(schema):
    return None if schema.description else warn("says not what it is for", fix="describe it")
"""


def judged(folder: Path, rule: str = "cli_policies") -> None:
    (folder / "cli_policies.py").write_text(POLICIES, encoding="utf-8")
    asked = f"processors: [{{type: policies, config: {{rules: [{rule}]}}}}]\n"
    (folder / "acme.yaml").write_text(TEXT + asked, encoding="utf-8")


def test_policies_are_listed_by_check(
    folder: Path, cli: CommandLine, snapshot: SnapshotAssertion
) -> None:
    judged(folder)
    assert cli(folder, "workflow", "check", "acme.yaml").out == snapshot
    as_json = cli(folder, "workflow", "check", "acme.yaml", "--json")
    assert json.loads(as_json.out)["policies"] == ["ACME-01", "ACME-02"]


def test_what_a_policy_denies_is_exit_code_1(
    folder: Path, cli: CommandLine, snapshot: SnapshotAssertion
) -> None:
    judged(folder)
    said = cli(folder, "workflow", "run", "acme.yaml")
    assert (said.code, shown(said.out)) == (1, snapshot)
    assert "staff" not in (folder / "acme.jsonl").read_text(encoding="utf-8")
    as_json = json.loads(cli(folder, "workflow", "run", "acme.yaml", "--json", "--dry-run").out)
    assert {each["policy"]: each["count"] for each in as_json["policies"]} == {
        "ACME-01": 1,
        "ACME-02": 2,
    }


def test_an_unknown_policy_is_exit_code_2(folder: Path, cli: CommandLine) -> None:
    judged(folder, "cli_policies.staff_is_privat")
    said = cli(folder, "workflow", "check", "acme.yaml")
    assert said.code == 2
    assert "has no policy 'staff_is_privat'; did you mean 'staff_is_private'" in said.err
