"""What a set-up lacks is told with what mends it; an account is a stand-in here."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from devsession import __version__
from devsession.publish.channel import Channel
from devsession.session import set_up as set_up_module
from devsession.session.account_checks import checks_of
from devsession.session.set_up import SetUp, set_up
from devsession.session.workspace import Workspace
from devsession.warehouse.migrations import latest
from devsession.warehouse.rights import TO_WORK
from tests.snowflake_login import front_door
from tests.snowflake_stub import WHO, StubAccount

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.snowflake_home import SnowflakeHome

pytest_plugins = ["tests.snowflake_home"]


def looked_at(account: StubAccount, file: Path | None = None) -> SetUp:
    return SetUp("prod", tuple(checks_of(account, "prod", file)))


def told(found: SetUp, *folders: Path) -> str:
    text = str(found).replace(f"devsession {__version__} knows", "devsession N knows")
    for folder in folders:
        text = text.replace(str(folder), "<folder>")
    return text


def test_an_account_in_which_all_is_well(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    found = looked_at(StubAccount(), tmp_path / "new" / "packages.json")

    assert found
    assert told(found, tmp_path) == snapshot


def test_the_packages_of_its_channel_are_saved(tmp_path: Path) -> None:
    file = tmp_path / "packages.json"

    looked_at(StubAccount(), file)

    saved = json.loads(file.read_text(encoding="utf-8"))
    assert saved["snowflake_channel"] == {"pandas": ["2.2.3", "2.10.0"], "requests": ["2.32.3"]}
    assert len(saved["saved"]) == len("2026-11-22")


def test_they_are_those_that_plugins_run_with(tmp_path: Path) -> None:
    """Whichever Python runs here: `devsession publish` takes no others."""
    looked_at(StubAccount(), tmp_path / "packages.json")

    channel = Channel.in_file(tmp_path / "packages.json")

    assert str(channel.versions("requests")[0]) == "2.32.3"


def test_without_a_place_they_are_not_saved(snapshot: SnapshotAssertion) -> None:
    found = looked_at(StubAccount())

    assert [check.next_step for check in found.checks if check.method == "channel"] == [
        "devsession doctor --account prod --channel-packages FILE saves them"
    ]


def chosen(**lacking: None) -> tuple[str | None, ...]:
    names = ("version", "account", "user", "role", "warehouse", "database", "schema")
    return tuple((dict(zip(names, WHO, strict=True)) | lacking).values())


@pytest.mark.parametrize(
    "account",
    [
        {"who": chosen(warehouse=None)},
        {"who": chosen(warehouse=None, database=None, schema=None)},
        {"who": chosen(schema=None)},
        {"grants": [("USAGE", "SYNC_ROLE"), ("CREATE SCHEMA", "OTHER_ROLE")]},
        {"grants": []},
        {"schemas": {"DEVSESSION"}, "grants": [("USAGE", "SYNC_ROLE")]},
        {"version": (1000, datetime(2030, 2, 3, tzinfo=UTC), "devsession 9.0")},
        {"version": (3,), "grants": [("CREATE TABLE", "SYNC_ROLE"), ("USAGE", "SYNC_ROLE")]},
        {"version": (latest(),), "grants": [("SELECT", "SYNC_ROLE"), ("USAGE", "SYNC_ROLE")]},
        {"refused": "TABLE_SCHEMA"},
        {"packages": []},
        {"refused": "current_version"},
        {"refused": "show grants"},
        {"refused": "PACKAGES"},
    ],
    ids=[
        "no compute warehouse",
        "no database",
        "no schema",
        "another role may",
        "nobody may",
        "our schema, not ours",
        "tables of a later version",
        "tables of an earlier version, not ours",
        "tables that may only be read",
        "tables not shown",
        "no packages",
        "statement refused",
        "grants not shown",
        "packages not shown",
    ],
)
def test_what_is_wrong_is_told_with_what_mends_it(
    account: dict[str, Any], tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    found = looked_at(StubAccount(**account), tmp_path / "packages.json")

    assert not found
    assert told(found, tmp_path) == snapshot


def test_tables_of_an_earlier_version_are_told_with_what_mends_them(
    snapshot: SnapshotAssertion,
) -> None:
    found = looked_at(StubAccount(version=(3,), grants=[("OWNERSHIP", "SYNC_ROLE")]))

    assert {each.method: each.state for each in found.checks}["rights"] == "ok"
    assert told(found) == snapshot


def test_a_role_that_only_works_is_enough(snapshot: SnapshotAssertion) -> None:
    rights = {privilege for needed in TO_WORK for privilege in needed.privileges}
    installed = (latest(), datetime(2026, 11, 22, tzinfo=UTC), "devsession 0.1.0")
    grants = [(each, "SYNC_ROLE") for each in sorted(rights)]

    found = looked_at(StubAccount(version=installed, grants=grants))

    assert found
    assert told(found) == snapshot


@pytest.mark.parametrize(
    "grants",
    [[("OWNERSHIP", "SYNC_ROLE")], [("CREATE SCHEMA", "GRANTED_TO_IT")]],
    ids=["owner", "inherited"],
)
def test_rights_that_come_another_way(grants: list[tuple[str, str]]) -> None:
    assert looked_at(StubAccount(grants=grants, roles={"SYNC_ROLE", "GRANTED_TO_IT"}))


def test_rights_of_a_secondary_role_make_nothing() -> None:
    stub = StubAccount(grants=[("CREATE SCHEMA", "B")], roles={"SYNC_ROLE", "B"}, secondary={"B"})

    assert not looked_at(stub)


def test_a_hostile_name_stays_a_name() -> None:
    odd = StubAccount(
        who=(*WHO[:5], 'CRM"; drop database X; --', "PUBLIC"),
        grants=[("CREATE SCHEMA", "O'; drop role X; --")],
        roles={"O'; drop role X; --"},
    )

    assert looked_at(odd)
    assert 'show grants on database "CRM""; drop database X; --"' in odd.asked


def test_a_connection_that_is_not_there(
    tmp_path: Path, snowflake_home: SnowflakeHome, snapshot: SnapshotAssertion
) -> None:
    snowflake_home.write('[dev]\naccount = "acme-dev"\n')
    checks = set_up(Workspace.at(tmp_path, account="prod")).checks

    shown = told(SetUp("prod", checks[2:]), snowflake_home.folder.parent)

    assert shown == snapshot
    assert not (tmp_path / ".devsession").exists()


def test_an_account_that_refuses_the_sign_in(tmp_path: Path, snowflake_home: SnowflakeHome) -> None:
    with front_door() as door:
        door.refusal = (390100, "Incorrect username or password was specified.")
        snowflake_home.write(door.section("prod", password="hunter22"))
        found = set_up(Workspace.at(tmp_path, account="prod"))

    states = {check.method: check.state for check in found.checks}
    assert (states["connection"], states["account"], states["role"]) == ("ok", "error", "not tried")
    assert "hunter22" not in f"{found} {found.as_dict()} {found._repr_html_()}"


def test_a_package_that_is_not_as_it_has_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = [
        "fakesnow[server]==0.0.1",
        "not-there-at-all>=2",
        'other>=1; extra == "dev"',
        "pandas",
    ]
    monkeypatch.setattr(set_up_module, "requires", lambda _: wanted)

    (packages,) = [
        each for each in set_up(Workspace.at(tmp_path)).checks if each.method == "packages"
    ]

    assert packages.state == "error"
    assert packages.next_step == "pip install 'fakesnow==0.0.1' 'not-there-at-all>=2'"
    assert "not-there-at-all>=2 is wanted, and is not installed" in packages.told
