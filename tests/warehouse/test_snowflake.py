"""Signing in to a Snowflake account, each way there is, at a stand-in for its front door."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import webbrowser
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
)

from devsession.errors import AccountError
from devsession.warehouse.snowflake import open_warehouse, snowflake_account
from tests.snowflake_login import ID_TOKEN, FrontDoor, front_door

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syrupy.assertion import SnapshotAssertion

    from tests.snowflake_home import SnowflakeHome

pytest_plugins = ["tests.snowflake_home"]


@pytest.fixture(scope="module")
def running() -> Iterator[FrontDoor]:
    with front_door() as door:
        yield door


@pytest.fixture
def door(running: FrontDoor) -> Iterator[FrontDoor]:
    yield running
    running.refusal = None
    running.signed_in.clear()


def sign_in(door: FrontDoor, home: SnowflakeHome, more: str = "", **given: object) -> Any:
    """What was sent to sign in."""
    home.write(door.section("prod", **given) + more)
    account = snowflake_account("prod")
    assert account.rows("select 1") == [(1,)]
    account.close()
    return door.signed_in[-1]


def test_a_password(door: FrontDoor, snowflake_home: SnowflakeHome) -> None:
    sent = sign_in(door, snowflake_home, password="hunter22")

    assert (sent["LOGIN_NAME"], sent["PASSWORD"]) == ("ada", "hunter22")


def test_role_compute_warehouse_database_and_query_tag(
    door: FrontDoor, snowflake_home: SnowflakeHome
) -> None:
    sent = sign_in(
        door,
        snowflake_home,
        password="hunter22",
        role="SYNC_ROLE",
        warehouse="SYNC_WH",
        database="CRM",
        schema="PUBLIC",
    )

    assert (sent["roleName"], sent["warehouse"]) == ("SYNC_ROLE", "SYNC_WH")
    assert (sent["databaseName"], sent["schemaName"]) == ("CRM", "PUBLIC")
    assert sent["SESSION_PARAMETERS"]["QUERY_TAG"] == "devsession"


def test_a_query_tag_of_the_connection(door: FrontDoor, snowflake_home: SnowflakeHome) -> None:
    tag = '[prod.session_parameters]\nQUERY_TAG = "team crm"\n'

    sent = sign_in(door, snowflake_home, tag, password="hunter22")

    assert sent["SESSION_PARAMETERS"]["QUERY_TAG"] == "team crm"


def test_another_database_than_the_connections_is_taken_as_it_is_written(
    door: FrontDoor, snowflake_home: SnowflakeHome
) -> None:
    snowflake_home.write(door.section("prod", password="hunter22", database="CRM"))
    account = snowflake_account("prod", database='crm "2"')

    account.rows("select 1")
    account.close()

    assert door.signed_in[-1]["databaseName"] == '"crm ""2"""'


def test_a_key_pair(door: FrontDoor, snowflake_home: SnowflakeHome) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    locked = BestAvailableEncryption(b"open sesame")
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked).decode()
    file = snowflake_home.write(text, name="rsa_key.p8")

    sent = sign_in(
        door, snowflake_home, private_key_file=str(file), private_key_passphrase="open sesame"
    )

    _, claims, signature = (
        base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in sent["TOKEN"].split(".")
    )
    signed = sent["TOKEN"].rpartition(".")[0].encode()
    key.public_key().verify(signature, signed, padding.PKCS1v15(), SHA256())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    fingerprint = base64.b64encode(hashlib.sha256(public).digest()).decode()
    assert json.loads(claims)["iss"] == f"ACME-PROD.ADA.SHA256:{fingerprint}"
    assert sent["AUTHENTICATOR"] == "SNOWFLAKE_JWT"


@pytest.mark.parametrize("authenticator", ["OAUTH", "PROGRAMMATIC_ACCESS_TOKEN"])
def test_a_token_of_a_file(
    authenticator: str, door: FrontDoor, snowflake_home: SnowflakeHome
) -> None:
    file = snowflake_home.write("tok-0815\n", name="token")

    sent = sign_in(
        door, snowflake_home, authenticator=authenticator.lower(), token_file_path=str(file)
    )

    assert (sent["AUTHENTICATOR"], sent["TOKEN"]) == (authenticator, "tok-0815")


def test_an_external_browser(
    door: FrontDoor, snowflake_home: SnowflakeHome, capsys: pytest.CaptureFixture[str]
) -> None:
    snowflake_home.variables.setattr(webbrowser, "open_new", door.open_browser)
    snowflake_home.variables.setattr(webbrowser, "open", door.open_browser)

    sent = sign_in(door, snowflake_home, authenticator="externalbrowser")

    assert (sent["AUTHENTICATOR"], sent["TOKEN"]) == ("EXTERNALBROWSER", ID_TOKEN)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("refusal", "section"),
    [
        ((390100, "Incorrect username or password was specified."), {"password": "hunter22"}),
        ((390303, "Invalid OAuth access token."), {"authenticator": "oauth", "token": "hunter22"}),
        (
            (394400, "Programmatic access token is invalid."),
            {"authenticator": "programmatic_access_token", "token": "hunter22"},
        ),
        ((390189, "Role 'SYNC_ROEL' does not exist."), {"password": "hunter22"}),
        ((390100, "hunter22 is no password"), {"password": "hunter22"}),
    ],
    ids=["password", "oauth", "access token", "role", "a secret in the answer"],
)
def test_what_snowflake_refuses_is_told(
    refusal: tuple[int, str],
    section: dict[str, str],
    door: FrontDoor,
    snowflake_home: SnowflakeHome,
    snapshot: SnapshotAssertion,
) -> None:
    snowflake_home.write(door.section("prod", **section))
    door.refusal = refusal

    with pytest.raises(AccountError) as error:
        snowflake_account("prod").rows("select 1")

    told = snowflake_home.without_paths(error.value).replace(str(door.port), "<port>")
    assert told == snapshot
    assert "hunter22" not in repr(error.value.fields) + told
    assert error.value.__context__ is None


def test_a_token_of_a_file_is_a_secret_too(door: FrontDoor, snowflake_home: SnowflakeHome) -> None:
    file = snowflake_home.write("hunter22\n", name="token")
    snowflake_home.write(door.section("my-ci", authenticator="oauth", token_file_path=str(file)))
    door.refusal = (390303, "hunter22 is no token")

    with pytest.raises(AccountError, match="REDACTED-token is no token") as error:
        snowflake_account("my-ci").rows("select 1")

    # No shell takes a variable with a hyphen.
    assert error.value.next_step.startswith('get a new token, then: token = ".." in ')


@pytest.mark.parametrize(
    "section",
    [
        {"password": "hunter22"},
        {"authenticator": "oauth", "token": "hunter22"},
        {"authenticator": "programmatic_access_token", "token": "hunter22"},
    ],
    ids=["password", "oauth", "access token"],
)
@pytest.mark.parametrize("refusal", [None, (390100, "hunter22 is wrong")], ids=["in", "refused"])
def test_no_secret_in_any_log(
    refusal: tuple[int, str] | None,
    section: dict[str, str],
    door: FrontDoor,
    snowflake_home: SnowflakeHome,
    caplog: pytest.LogCaptureFixture,
) -> None:
    snowflake_home.write(door.section("prod", **section))
    door.refusal = refusal
    caplog.set_level(logging.DEBUG)
    account = snowflake_account("prod")

    with pytest.raises(AccountError) if refusal else nullcontext():
        account.rows("select 1")
    account.close()

    assert caplog.records
    assert "hunter22" not in caplog.text


def test_an_account_that_is_no_text(door: FrontDoor, snowflake_home: SnowflakeHome) -> None:
    section = door.section("prod", password="hunter22").replace('"acme-prod"', "4711")
    assert "4711" in section
    snowflake_home.write(section)

    with pytest.raises(AccountError, match="takes no connection like this"):
        snowflake_account("prod").rows("select 1")


def test_a_session_parameter_that_is_none(door: FrontDoor, snowflake_home: SnowflakeHome) -> None:
    snowflake_home.write(door.section("prod", password="hunter22", session_parameters="QUERY_TAG"))

    with pytest.raises(AccountError, match="takes no connection like this"):
        snowflake_account("prod").rows("select 1")


def test_an_account_out_of_reach(
    snowflake_home: SnowflakeHome, snapshot: SnapshotAssertion
) -> None:
    closed = FrontDoor(port=9)
    snowflake_home.write(closed.section("prod", password="hunter22", login_timeout=1))

    with pytest.raises(AccountError) as error:
        snowflake_account("prod").rows("select 1")

    assert snowflake_home.without_paths(error.value).replace(" 2 attempt", " N attempt") == snapshot


def test_what_the_connector_cannot_take(
    door: FrontDoor, snowflake_home: SnowflakeHome, snapshot: SnapshotAssertion
) -> None:
    snowflake_home.write(door.section("prod", authenticator="hologram"))

    with pytest.raises(AccountError) as error:
        snowflake_account("prod").rows("select 1")

    assert snowflake_home.without_paths(error.value) == snapshot


def test_a_connection_that_was_mended_is_tried_again(
    door: FrontDoor, snowflake_home: SnowflakeHome
) -> None:
    account = snowflake_account("prod")
    snowflake_home.write(door.section("prod"))
    with pytest.raises(AccountError, match="no password"):
        account.rows("select 1")

    snowflake_home.write(door.section("prod", password="hunter22"))

    assert account.rows("select 1") == [(1,)]
    account.close()


def test_nothing_is_opened_before_a_statement() -> None:
    assert snowflake_account("prod").name == "Snowflake account 'prod'"


def test_a_warehouse_by_its_account(
    door: FrontDoor, snowflake_home: SnowflakeHome, tmp_path: Any
) -> None:
    snowflake_home.write(door.section("prod", password="hunter22"))

    opened = open_warehouse(tmp_path, "prod")

    assert opened.name == "Snowflake account 'prod'"
    opened.close()
    assert not (tmp_path / ".devsession").exists()
