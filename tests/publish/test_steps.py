"""Upload, deploy and register, against a stand-in that reads each statement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devsession.errors import PublishError, UsageError
from devsession.publish.names import Names
from devsession.publish.publishing import publish
from tests.publish.projects import packaged, steady, write_project
from tests.publish.snowflake_account import SnowflakeAccount, shape_of

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.publish.package import Package

DIGEST, LATER = "00000000000first", "0000000000second"


@pytest.fixture
def package(package_of_three: Package) -> Package:
    """With a name that stays the same from one of our versions to the next."""
    return named(package_of_three, DIGEST)


@pytest.fixture
def later(package_of_three: Package) -> Package:
    return named(package_of_three, LATER)


@pytest.fixture
def account() -> SnowflakeAccount:
    return SnowflakeAccount()


def named(package: Package, digest: str) -> Package:
    manifest = package.files["manifest.yml"].replace(package.digest.encode(), digest.encode())
    return replace(package, digest=digest, files={**package.files, "manifest.yml": manifest})


def changing(statements: list[str]) -> list[str]:
    return [each for each in statements if not each.startswith("show ")]


def test_a_first_publish(
    package: Package, account: SnowflakeAccount, snapshot: SnapshotAssertion
) -> None:
    published = publish(package, account)

    assert account.statements == snapshot(name="statements")
    assert published.done == snapshot(name="done")
    assert account.applications == {
        "ACME": {"source": "ACME_PLUGIN", "version": "DEVELOPMENT", "patch": 0}
    }
    assert account.granted == [
        ("ACME", "OMNATA_MANAGEMENT", "OMNATA_SYNC_ENGINE"),
        ("OMNATA_SYNC_ENGINE", "PLUGIN_7", "ACME"),
    ]
    folder = f'@"OMNATA_PLUGIN_DEVELOPMENT"."ACME"."PLUGIN_CODE"/{DIGEST}/'
    assert account.stages == {folder + path: each for path, each in package.files.items()}


def test_a_second_publish_of_the_same_uploads_and_deploys_nothing(
    package: Package, account: SnowflakeAccount, snapshot: SnapshotAssertion
) -> None:
    publish(package, account)
    account.statements.clear()

    published = publish(package, account)

    assert account.statements == snapshot(name="statements")
    assert published.done == snapshot(name="done")
    assert len(account.packages["ACME_PLUGIN"]) == 1


def test_an_upgrade(
    package: Package, later: Package, account: SnowflakeAccount, snapshot: SnapshotAssertion
) -> None:
    publish(package, account)
    account.statements.clear()

    published = publish(later, account)

    assert account.statements == snapshot(name="statements")
    assert published.done == snapshot(name="done")
    assert account.applications["ACME"]["patch"] == 1


def test_an_upgrade_to_another_version(
    package: Package, account: SnowflakeAccount, snapshot: SnapshotAssertion
) -> None:
    publish(package, account)
    account.statements.clear()

    publish(replace(package, names=replace(package.names, version="V2")), account)

    assert changing(account.statements) == snapshot
    assert account.applications["ACME"]["version"] == "V2"


def test_back_to_what_was_uploaded_before(
    package: Package, later: Package, account: SnowflakeAccount
) -> None:
    publish(package, account)
    publish(later, account)
    account.statements.clear()

    publish(package, account)

    assert account.applications["ACME"]["patch"] == 0
    assert not [each for each in account.statements if each.startswith("put ")]


@pytest.mark.parametrize(
    "fail_at",
    [
        "show application packages",
        "create schema",
        "'file://code.zip'",
        "create application package",
        "add version",
        'create application "',
        'grant application role "ACME"',
        "REGISTER_PLUGIN",
        'grant application role "OMNATA',
    ],
)
def test_a_step_that_fails_is_gone_on_with(
    fail_at: str, package: Package, account: SnowflakeAccount, snapshot: SnapshotAssertion
) -> None:
    account.fail_at = fail_at
    with pytest.raises(PublishError) as failed:
        publish(package, account)
    before = len(account.statements)

    publish(package, account)

    whole = SnowflakeAccount()
    publish(package, whole)
    assert str(failed.value) == snapshot(name="error")
    assert changing(account.statements[before:]) == snapshot(name="goes on")
    assert (account.packages, account.applications) == (whole.packages, whole.applications)
    assert account.granted[-1] == whole.granted[-1]


def test_a_version_with_no_room_for_another_patch(
    package: Package, later: Package, account: SnowflakeAccount, snapshot: SnapshotAssertion
) -> None:
    publish(package, account)
    patches = account.packages["ACME_PLUGIN"]
    patches += [{**patches[0], "patch": number, "comment": ""} for number in range(1, 130)]
    account.fail_at = "add patch"

    with pytest.raises(PublishError) as refused:
        publish(later, account)

    assert refused.value.next_step == snapshot


def test_a_package_with_no_room_for_another_version(
    package: Package, account: SnowflakeAccount, snapshot: SnapshotAssertion
) -> None:
    account.packages["ACME_PLUGIN"] = [
        {"version": name, "patch": 0, "comment": ""} for name in ("V1", "V2")
    ]
    account.fail_at = "add version"

    with pytest.raises(PublishError) as refused:
        publish(package, account)

    assert refused.value.next_step == snapshot


@pytest.mark.parametrize(
    "lost_at",
    [
        "create stage",
        "'file://manifest.yml'",
        "create application package",
        "add version",
        'create application "',
        "REGISTER_PLUGIN",
    ],
)
def test_an_answer_that_is_lost_does_nothing_twice(
    lost_at: str, package: Package, account: SnowflakeAccount
) -> None:
    """The statement was run, and the connection broke before that was told."""
    account.lost_at = lost_at
    with pytest.raises(PublishError, match="Could not connect"):
        publish(package, account)

    publish(package, account)

    whole = SnowflakeAccount()
    publish(package, whole)
    assert (account.packages, account.applications) == (whole.packages, whole.applications)


def test_a_dry_run_tells_what_is_run_then(
    package: Package, later: Package, account: SnowflakeAccount
) -> None:
    for each in (package, package, later):
        told = publish(each, account, dry_run=True)
        asked = len(account.statements)
        done = publish(each, account)

        assert told.done == done.done
        said = [line for step in told.statements.values() for line in step]
        run = changing(account.statements[asked:])
        answered = "<the role that REGISTER_PLUGIN names>"
        assert [line.replace(answered, "PLUGIN_7") for line in said] == run


def test_a_dry_run_changes_nothing(package: Package, account: SnowflakeAccount) -> None:
    publish(package, account, dry_run=True)

    assert changing(account.statements) == []


def test_a_dry_run_without_an_account_is_a_first_publish(
    package: Package, account: SnowflakeAccount, snapshot: SnapshotAssertion
) -> None:
    told = publish(package, None, dry_run=True)

    assert told.done == publish(package, account, dry_run=True).done
    assert steady(str(told)) == snapshot


def test_one_step(package: Package, account: SnowflakeAccount) -> None:
    publish(package, account, steps=("upload",))
    assert account.applications == {}

    publish(package, account, steps=("deploy",))

    assert account.applications["ACME"]["patch"] == 0
    assert account.registered == []


def test_what_was_not_uploaded_is_not_deployed(
    package: Package, later: Package, account: SnowflakeAccount, snapshot: SnapshotAssertion
) -> None:
    publish(package, account)

    with pytest.raises(PublishError) as refused:
        publish(later, account, steps=("deploy",))

    assert str(refused.value) == snapshot


def test_an_application_of_another_package_is_left_alone(
    package: Package, account: SnowflakeAccount, snapshot: SnapshotAssertion
) -> None:
    account.applications["ACME"] = {"source": "PAYROLL", "version": "V1", "patch": 3}

    with pytest.raises(PublishError) as refused:
        publish(package, account)

    assert str(refused.value) == snapshot
    assert account.applications["ACME"]["source"] == "PAYROLL"


@pytest.mark.parametrize(
    "answer",
    ['{"success": false, "error": "no such plugin"}', "[]", '{"data": {}}', "no JSON", ""],
)
def test_an_omnata_app_that_does_not_register_it(
    answer: str, package: Package, account: SnowflakeAccount, snapshot: SnapshotAssertion
) -> None:
    account.answer = answer

    with pytest.raises(PublishError) as refused:
        publish(package, account)

    assert str(refused.value) == snapshot


def test_no_account(package: Package) -> None:
    with pytest.raises(UsageError, match="none is named"):
        publish(package, None)


def test_a_name_that_is_alike_is_another(package: Package, account: SnowflakeAccount) -> None:
    account.packages["ACMEXPLUGIN"] = []
    account.applications["acme"] = {"source": "PAYROLL", "version": "V1", "patch": 3}

    publish(package, account)

    assert account.applications["ACME"]["source"] == "ACME_PLUGIN"


HOSTILE = st.text(
    st.sampled_from("aA_%;'\"\\ .@/$?-*\n(){}é") | st.characters(exclude_categories=["C"]),
    min_size=1,
    max_size=20,
)


@given(names=st.fixed_dictionaries(dict.fromkeys(Names.__dataclass_fields__, HOSTILE)))
def test_hostile_names_change_no_statements_meaning(
    names: dict[str, str], package_of_three: Package
) -> None:
    """Each statement has the words of the usual one, and in it the names exactly as they are."""
    usual = publish(package_of_three, None, dry_run=True).statements
    hostile = publish(
        replace(package_of_three, names=Names(**names)), None, dry_run=True
    ).statements

    assert list(hostile) == list(usual)
    for step, statements in usual.items():
        shapes = [shape_of(each)[0] for each in statements]
        assert [shape_of(each)[0] for each in hostile[step]] == shapes
    found = [name for step in hostile.values() for each in step for name in shape_of(each)[1]]
    assert {names[name] for name in names} <= set(found)


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 256, "a\x00"])
def test_what_can_be_no_name(name: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    project = write_project(tmp_path / "acme")

    with pytest.raises(UsageError) as refused:
        packaged(project, package=name)

    assert str(refused.value) == snapshot


def test_a_name_of_two_things(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """Or an upload would end in the middle, at a name that is taken."""
    project = write_project(tmp_path / "acme")

    with pytest.raises(UsageError) as refused:
        packaged(project, database="ACME")

    assert str(refused.value) == snapshot
