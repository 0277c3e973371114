"""Connections to Snowflake accounts, found where Snowflake's own tools keep them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from devsession.errors import AccountError, UnknownNameError
from devsession.warehouse.connections import find_connection

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.snowflake_home import SnowflakeHome

pytest_plugins = ["tests.snowflake_home"]

PROD = '[prod]\naccount = "acme-prod"\nuser = "ada"\npassword = "hunter22-secret"\n'
DEV = '[dev]\naccount = "acme-dev"\nuser = "ada"\npassword = "other"\n'
CONFIG = '[connections.prod]\naccount = "acme-config"\nuser = "ada"\npassword = "hunter22-secret"\n'
BY_KEY = '[prod]\naccount = "acme-prod"\nuser = "ada"\nprivate_key_file = "{file}"\n'


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey, passphrase: str = "") -> str:
    locked = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked).decode()


def account_of(name: str) -> object:
    return find_connection(name).parameters["account"]


def test_a_connection_of_connections_toml(snowflake_home: SnowflakeHome) -> None:
    file = snowflake_home.write(DEV + PROD)

    found = find_connection("prod")

    assert found.parameters == {
        "account": "acme-prod",
        "user": "ada",
        "password": "hunter22-secret",
    }
    assert (found.where, found.authenticator) == (str(file), "SNOWFLAKE")


def test_a_file_that_begins_with_a_mark(snowflake_home: SnowflakeHome) -> None:
    """As editors on Windows write it."""
    snowflake_home.write("\ufeff" + PROD)

    assert account_of("prod") == "acme-prod"


def test_a_section_of_the_other_file_hides_no_connection(
    snowflake_home: SnowflakeHome, snapshot: SnapshotAssertion
) -> None:
    snowflake_home.write(DEV + CONFIG)

    assert account_of("dev") == "acme-dev"
    with pytest.raises(UnknownNameError) as error:
        find_connection("prod")
    assert snowflake_home.without_paths(error.value) == snapshot


def test_what_can_be_no_file(snowflake_home: SnowflakeHome) -> None:
    snowflake_home.write(BY_KEY.format(file="~/key\\u0000"))

    with pytest.raises(AccountError, match="embedded null byte"):
        find_connection("prod").signed()


def test_a_connection_of_config_toml(snowflake_home: SnowflakeHome) -> None:
    snowflake_home.write(CONFIG, name="config.toml")

    assert account_of("prod") == "acme-config"


def test_config_toml_does_not_count_beside_connections_toml(
    snowflake_home: SnowflakeHome, snapshot: SnapshotAssertion
) -> None:
    snowflake_home.write(CONFIG, name="config.toml")
    snowflake_home.write(DEV)

    with pytest.raises(UnknownNameError) as error:
        find_connection("prod")

    assert snowflake_home.without_paths(error.value) == snapshot


def test_the_other_home_counts_where_the_first_is_not_there(snowflake_home: SnowflakeHome) -> None:
    other = snowflake_home.folder.parent / ".config" / "snowflake"
    other.mkdir(parents=True)
    (other / "connections.toml").write_text(PROD, encoding="utf-8")
    (other / "connections.toml").chmod(0o600)

    assert account_of("prod") == "acme-prod"


def test_the_other_home_is_told_of_where_it_does_not_count(
    snowflake_home: SnowflakeHome, snapshot: SnapshotAssertion
) -> None:
    other = snowflake_home.folder.parent / ".config" / "snowflake"
    other.mkdir(parents=True)
    (other / "connections.toml").write_text(PROD, encoding="utf-8")
    snowflake_home.write(DEV)

    with pytest.raises(UnknownNameError) as error:
        find_connection("prod")

    assert snowflake_home.without_paths(error.value) == snapshot


def test_a_home_that_the_environment_names(snowflake_home: SnowflakeHome) -> None:
    elsewhere = snowflake_home.folder.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "connections.toml").write_text(PROD, encoding="utf-8")
    (elsewhere / "connections.toml").chmod(0o600)
    snowflake_home.variables.setenv("SNOWFLAKE_HOME", str(elsewhere))

    assert account_of("prod") == "acme-prod"


def test_a_home_that_the_environment_names_and_is_not_there(
    snowflake_home: SnowflakeHome, snapshot: SnapshotAssertion
) -> None:
    missing = str(snowflake_home.folder.parent / "missing")
    snowflake_home.variables.setenv("SNOWFLAKE_HOME", missing)

    with pytest.raises(UnknownNameError) as error:
        find_connection("prod")

    assert snowflake_home.without_paths(error.value) == snapshot


def test_the_connection_by_default(snowflake_home: SnowflakeHome) -> None:
    snowflake_home.write(DEV + PROD)
    snowflake_home.write('default_connection_name = "dev"\n', name="config.toml")

    assert find_connection("default").name == "dev"

    snowflake_home.variables.setenv("SNOWFLAKE_DEFAULT_CONNECTION_NAME", "prod")
    assert find_connection("default").name == "prod"


def test_variables_go_before_the_file_key_by_key(snowflake_home: SnowflakeHome) -> None:
    snowflake_home.write(PROD)
    snowflake_home.variables.setenv("SNOWFLAKE_CONNECTIONS_PROD_ROLE", "SYNC_ROLE")
    snowflake_home.variables.setenv("SNOWFLAKE_CONNECTIONS_PROD_PORT", "8443")
    snowflake_home.variables.setenv("SNOWFLAKE_CONNECTIONS_PROD_CLIENT_SESSION_KEEP_ALIVE", "true")

    found = find_connection("prod").parameters

    assert (found["account"], found["role"]) == ("acme-prod", "SYNC_ROLE")
    assert (found["port"], found["client_session_keep_alive"]) == (8443, True)


def test_a_connection_of_variables_alone(snowflake_home: SnowflakeHome) -> None:
    snowflake_home.variables.setenv("SNOWFLAKE_CONNECTIONS_MY_CI_ACCOUNT", "acme-ci")
    snowflake_home.variables.setenv("SNOWFLAKE_CONNECTIONS_MY_CI_TOKEN", "tok-0815")

    assert account_of("my_ci") == "acme-ci"
    with pytest.raises(UnknownNameError, match="did you mean 'my_ci'"):
        find_connection("my_ic")


def test_all_connections_in_one_variable(snowflake_home: SnowflakeHome) -> None:
    snowflake_home.write(PROD)
    snowflake_home.variables.setenv("SNOWFLAKE_CONNECTIONS", DEV)

    assert account_of("dev") == "acme-dev"
    with pytest.raises(UnknownNameError, match="the environment, SNOWFLAKE_CONNECTIONS: dev"):
        find_connection("prod")


@pytest.mark.parametrize("name", ["prdo", "", 'a"; drop table X; --', "größe"])
def test_an_unknown_name_says_which_there_are(
    name: str, snowflake_home: SnowflakeHome, snapshot: SnapshotAssertion
) -> None:
    snowflake_home.write(DEV + PROD)

    with pytest.raises(UnknownNameError) as error:
        find_connection(name)

    assert snowflake_home.without_paths(error.value) == snapshot


def test_no_file_at_all(snowflake_home: SnowflakeHome, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(UnknownNameError) as error:
        find_connection("prod")

    assert snowflake_home.without_paths(error.value) == snapshot


def test_a_section_as_config_toml_has_it(snowflake_home: SnowflakeHome) -> None:
    snowflake_home.write(CONFIG)

    with pytest.raises(UnknownNameError, match=r"a section is \[NAME\], not \[connections.NAME\]"):
        find_connection("prod")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622, 0o777])
def test_a_file_that_others_can_read_or_change(mode: int, snowflake_home: SnowflakeHome) -> None:
    file = snowflake_home.write(PROD, mode=mode)

    with pytest.raises(AccountError, match=f"its mode is {mode:04o}") as error:
        find_connection("prod")

    assert f"chmod 600 '{file}'" in error.value.next_step


def test_a_container_may_mount_files_as_it_does(snowflake_home: SnowflakeHome) -> None:
    snowflake_home.write(PROD, mode=0o644)
    snowflake_home.variables.setenv("SF_SKIP_TOKEN_FILE_PERMISSIONS_VERIFICATION", "true")

    assert account_of("prod") == "acme-prod"


@pytest.mark.parametrize(
    "content",
    [b'[prod\npassword = "hunter22-secret"', b'[prod]\npassword = "\xff"', b"[prod]\n" * 2],
)
def test_a_damaged_file_is_told_without_its_content(
    content: bytes, snowflake_home: SnowflakeHome, snapshot: SnapshotAssertion
) -> None:
    snowflake_home.write("").write_bytes(content)

    with pytest.raises(AccountError) as error:
        find_connection("prod")

    assert snowflake_home.without_paths(error.value) == snapshot
    assert error.value.__context__ is None


def test_no_secret_in_what_a_connection_shows(snowflake_home: SnowflakeHome) -> None:
    snowflake_home.write(PROD)

    found = find_connection("prod")

    assert "hunter22" not in repr(found)
    assert found.text("refused hunter22-secret") == "refused REDACTED-password"


def test_a_key_with_its_passphrase(snowflake_home: SnowflakeHome, key: rsa.RSAPrivateKey) -> None:
    file = snowflake_home.write(pem(key, "open sesame"), name="rsa_key.p8")
    snowflake_home.write(BY_KEY.format(file=file) + 'private_key_passphrase = "open sesame"\n')

    signed = find_connection("prod").signed()

    assert signed.authenticator == "SNOWFLAKE_JWT"
    assert signed.parameters["private_key"].private_numbers() == key.private_numbers()
    assert signed.parameters.keys() == {"account", "user", "private_key"}


def test_a_passphrase_in_the_environment(
    snowflake_home: SnowflakeHome, key: rsa.RSAPrivateKey
) -> None:
    file = snowflake_home.write(pem(key, "open sesame"), name="rsa_key.p8")
    snowflake_home.write(BY_KEY.format(file=file))
    snowflake_home.variables.setenv("PRIVATE_KEY_PASSPHRASE", "open sesame")

    assert find_connection("prod").signed().parameters["private_key"].key_size == 2048


def test_a_key_in_a_variable(snowflake_home: SnowflakeHome, key: rsa.RSAPrivateKey) -> None:
    snowflake_home.write('[prod]\naccount = "acme-prod"\nuser = "ada"\n')
    snowflake_home.variables.setenv("SNOWFLAKE_CONNECTIONS_PROD_PRIVATE_KEY_RAW", pem(key))

    assert find_connection("prod").signed().parameters["private_key"].key_size == 2048


@pytest.mark.parametrize(
    ("locked", "given"),
    [("open sesame", ""), ("open sesame", "open hunter22"), ("", "no key")],
    ids=["no passphrase", "wrong passphrase", "no key"],
)
def test_a_key_that_cannot_be_used(
    locked: str,
    given: str,
    snowflake_home: SnowflakeHome,
    key: rsa.RSAPrivateKey,
    snapshot: SnapshotAssertion,
) -> None:
    content = pem(key, locked) if locked else given
    file = snowflake_home.write(content, name="rsa_key.p8")
    snowflake_home.write(BY_KEY.format(file=file))
    snowflake_home.variables.setenv("PRIVATE_KEY_PASSPHRASE", given)

    with pytest.raises(AccountError) as error:
        find_connection("prod").signed()

    assert snowflake_home.without_paths(error.value) == snapshot
    assert "hunter22" not in str(error.value)


def test_a_key_file_that_is_not_there(
    snowflake_home: SnowflakeHome, snapshot: SnapshotAssertion
) -> None:
    snowflake_home.write(BY_KEY.format(file="~/keys/rsa_key.p8"))

    with pytest.raises(AccountError) as error:
        find_connection("prod").signed()

    assert snowflake_home.without_paths(error.value) == snapshot


def test_a_key_that_others_can_read(snowflake_home: SnowflakeHome, key: rsa.RSAPrivateKey) -> None:
    file = snowflake_home.write(pem(key), name="rsa_key.p8", mode=0o644)
    snowflake_home.write(BY_KEY.format(file=file))

    with pytest.raises(AccountError, match="can be read or changed by other users"):
        find_connection("prod").signed()


def test_a_token_of_a_file(snowflake_home: SnowflakeHome) -> None:
    file = snowflake_home.write("tok-0815\n", name="token")
    snowflake_home.write(
        f'[prod]\naccount = "acme-prod"\nauthenticator = "oauth"\ntoken_file_path = "{file}"\n'
    )

    assert find_connection("prod").signed().parameters["token"] == "tok-0815"


@pytest.mark.parametrize(
    "section",
    [
        "",
        'account = "acme-prod"\nuser = "ada"\npasword = "hunter22"\n',
        'account = "acme-prod"\nuser = "ada"\ntoken = "hunter22"\n',
        'account = "acme-prod"\nuser = "ada"\nauthenticator = "snowflake_jwt"\n',
        'account = "acme-prod"\nauthenticator = "oauth"\n',
    ],
    ids=["empty", "misspelt", "token without authenticator", "no key", "no token"],
)
def test_a_connection_that_does_not_say_how_to_sign_in(
    section: str, snowflake_home: SnowflakeHome, snapshot: SnapshotAssertion
) -> None:
    snowflake_home.write(f"[prod]\n{section}")

    with pytest.raises(AccountError) as error:
        find_connection("prod").signed()

    assert snowflake_home.without_paths(error.value) == snapshot
    assert "hunter22" not in str(error.value)


def test_the_connections_of_the_docs(snowflake_home: SnowflakeHome) -> None:
    text = (Path(__file__).parents[2] / "docs" / "accounts.md").read_text(encoding="utf-8")
    (section,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    snowflake_home.write(section)

    found = find_connection("prod")

    assert (found.authenticator, found.signed()) == ("EXTERNALBROWSER", found)
    assert found.parameters["session_parameters"] == {"QUERY_TAG": "crm sync"}
