"""Secrets of the clouds' own managers: AWS by boto3's stubber, the others by an HTTP that is made up."""

from __future__ import annotations

import base64
import json
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import requests
from botocore.exceptions import NoCredentialsError
from botocore.stub import Stubber

from devsession.errors import SecretMissingError, UsageError
from devsession.secrets import clouds
from devsession.secrets.managers import SecretStore
from devsession.secrets.reference import SecretReference, secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

KEY = "sk-of-the-cloud-4711"
AZURE, GOOGLE = "azure:acme-vault/api-key", "google:acme-prod/api_key"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client = boto3.client(
        "secretsmanager",
        region_name="eu-central-1",
        aws_access_key_id="made-up",
        aws_secret_access_key="made-up",
    )
    monkeypatch.setattr(boto3, "client", lambda *_, **__: client)
    with Stubber(client) as stubber:
        yield stubber


class Http:
    """`answers`: URL -> (status, JSON). `asked`: (URL, what it is signed with)."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any]] = {}
        self.asked: list[tuple[str, str]] = []
        self.broken = False

    def send(self, request: requests.PreparedRequest) -> requests.Response:
        url = str(request.url)
        self.asked.append((url, request.headers["Authorization"]))
        if self.broken:
            raise requests.ConnectionError(f"no way to {url}")
        response = requests.Response()
        response.status_code, content = self.answers.get(url, (404, {"error": KEY}))
        response._content = json.dumps(content).encode()
        return response


class Token:
    token = "token-of-azure"


class Signed(requests.Session):
    def __init__(self, credentials: str) -> None:
        super().__init__()
        self.headers["Authorization"] = f"Bearer {credentials}"


@pytest.fixture
def http(monkeypatch: pytest.MonkeyPatch) -> Http:
    """What signs in is made up, as their libraries have it; so is what they would reach."""
    http = Http()
    monkeypatch.setattr(
        requests.adapters.HTTPAdapter, "send", lambda _, request, **__: http.send(request)
    )
    credential = type("Credential", (), {"get_token": lambda *_: Token})
    made_up: dict[str, dict[str, Any]] = {
        "azure": {},
        "azure.core": {},
        "azure.core.exceptions": {"AzureError": type("AzureError", (Exception,), {})},
        "azure.identity": {"DefaultAzureCredential": credential},
        "google": {},
        "google.auth": {"default": lambda scopes: ("token-of-google", "acme")},
        "google.auth.exceptions": {"GoogleAuthError": type("GoogleAuthError", (Exception,), {})},
        "google.auth.transport": {},
        "google.auth.transport.requests": {"AuthorizedSession": Signed},
    }
    for name, content in made_up.items():
        module = ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
        above, _, last = name.rpartition(".")
        if above:
            monkeypatch.setattr(sys.modules[above], last, module, raising=False)
    return http


@pytest.mark.parametrize(
    "name",
    [
        "aws:prod/acme",
        "aws:prod/acme#api_key",
        "aws:arn:aws:secretsmanager:eu-central-1:123456789012:secret:acme-AbCdEf",
        AZURE,
        GOOGLE,
    ],
)
def test_a_reference_names_its_cloud(name: str) -> None:
    assert secret(name) == SecretReference(name)


@pytest.mark.parametrize(
    "name", ["aws:", "azure:acme", "azure:acme.evil.com/key", "gcp:a/b", "aws:a b", "google:a/b/c"]
)
def test_what_names_no_secret_of_a_cloud_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        secret(name)


def test_a_secret_of_aws_is_asked_for_once(store: SecretStore, aws: Stubber) -> None:
    aws.add_response("get_secret_value", {"SecretString": KEY}, {"SecretId": "prod/acme"})

    assert [store.lookup("aws:prod/acme"), store.lookup("aws:prod/acme")] == [KEY, KEY]


def test_a_name_that_begins_as_an_arn(store: SecretStore, aws: Stubber) -> None:
    aws.add_response("get_secret_value", {"SecretString": KEY}, {"SecretId": "arn:acme"})

    assert store.lookup("aws:arn:acme") == KEY


def test_it_is_asked_for_again_after_some_minutes(
    store: SecretStore, aws: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in ("before", "rotated"):
        aws.add_response("get_secret_value", {"SecretString": value}, {"SecretId": "acme"})
    now = [1000.0]
    monkeypatch.setattr(clouds.time, "monotonic", lambda: now[0])
    first = store.lookup("aws:acme")
    now[0] += 301

    assert (first, store.lookup("aws:acme")) == ("before", "rotated")


def test_a_key_of_a_secret_that_is_json(store: SecretStore, aws: Stubber) -> None:
    content = json.dumps({"user": "ada", "api_key": KEY})
    aws.add_response("get_secret_value", {"SecretString": content}, {"SecretId": "prod/acme"})

    assert store.lookup("aws:prod/acme#api_key") == KEY


def test_a_secret_of_azure(store: SecretStore, http: Http) -> None:
    url = "https://acme-vault.vault.azure.net/secrets/api-key?api-version=7.4"
    http.answers[url] = (200, {"value": KEY})

    assert store.lookup(AZURE) == KEY
    assert http.asked == [(url, "Bearer token-of-azure")]


def test_a_secret_of_google(store: SecretStore, http: Http) -> None:
    url = (
        "https://secretmanager.googleapis.com/v1/"
        "projects/acme-prod/secrets/api_key/versions/latest:access"
    )
    http.answers[url] = (200, {"payload": {"data": base64.b64encode(KEY.encode()).decode()}})

    assert store.lookup(GOOGLE) == KEY
    assert http.asked == [(url, "Bearer token-of-google")]


@pytest.mark.parametrize("name", [AZURE, GOOGLE])
@pytest.mark.parametrize("status", [403, 404, None], ids=["refused", "not there", "out of reach"])
def test_what_azure_and_google_refuse_is_told(
    name: str, status: int | None, store: SecretStore, http: Http, snapshot: SnapshotAssertion
) -> None:
    http.broken = status is None
    http.answers = {} if status == 404 else _Everything((status, {"error": KEY}))

    with pytest.raises(SecretMissingError) as error:
        store.lookup(name)

    assert str(error.value) == snapshot
    assert KEY not in str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (AZURE, {"error": KEY}, "its answer is none that is known"),
        (GOOGLE, [KEY], "its answer is none that is known"),
        (GOOGLE, {"payload": {"data": "/w=="}}, "it holds bytes, and no text"),
    ],
    ids=["azure", "google", "bytes"],
)
def test_an_answer_that_is_no_secret(
    name: str, content: Any, told: str, store: SecretStore, http: Http
) -> None:
    http.answers = _Everything((200, content))

    with pytest.raises(SecretMissingError, match=told) as error:
        store.lookup(name)

    assert KEY not in str(error.value)


class _Everything(dict[str, tuple[int, Any]]):
    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def get(self, *_: Any) -> Any:
        return self._answer


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "AccessDeniedException"])
def test_what_aws_refuses_is_told(
    code: str, store: SecretStore, aws: Stubber, snapshot: SnapshotAssertion
) -> None:
    aws.add_client_error("get_secret_value", code, f"no {KEY} for you")

    with pytest.raises(SecretMissingError) as error:
        store.lookup("aws:prod/acme")

    assert str(error.value) == snapshot
    assert KEY not in str(error.value)


def test_nobody_is_signed_in(
    store: SecretStore, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    def client(*_: Any, **__: Any) -> None:
        raise NoCredentialsError

    monkeypatch.setattr(boto3, "client", client)

    with pytest.raises(SecretMissingError) as error:
        store.lookup("aws:prod/acme")

    assert str(error.value) == snapshot


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ({"SecretBinary": KEY.encode()}, "aws:acme"),
        ({"SecretString": KEY}, "aws:acme#api_key"),
        ({"SecretString": json.dumps({"other": KEY})}, "aws:acme#api_key"),
    ],
    ids=["bytes", "no JSON", "no such key"],
)
def test_a_secret_that_is_not_as_it_has_to_be(
    answer: dict[str, Any],
    name: str,
    store: SecretStore,
    aws: Stubber,
    snapshot: SnapshotAssertion,
) -> None:
    aws.add_response("get_secret_value", answer, {"SecretId": "acme"})

    with pytest.raises(SecretMissingError) as error:
        store.lookup(name)

    assert str(error.value) == snapshot
    assert KEY not in str(error.value)


@pytest.mark.parametrize("name", ["aws:prod/acme", AZURE, GOOGLE])
def test_an_extra_that_is_not_installed(
    name: str, store: SecretStore, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    for module in ("boto3", "azure", "azure.identity", "google.auth"):
        monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(SecretMissingError) as error:
        store.lookup(name)

    assert str(error.value) == snapshot


def test_offline_no_cloud_is_asked(
    tmp_path: Path, aws: Stubber, snapshot: SnapshotAssertion
) -> None:
    offline = SecretStore(tmp_path, offline=True)

    assert offline.find("aws:prod/acme") is None
    with pytest.raises(SecretMissingError) as error:
        offline.lookup("aws:prod/acme")
    assert str(error.value) == snapshot
