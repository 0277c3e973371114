"""Secrets in a cloud's secret manager: `secret("aws:prod/acme")`, `azure:VAULT/NAME`, `google:PROJECT/NAME`.

What stands behind `#` is a key of a secret that is JSON: `aws:prod/acme#api_key`. Each manager is an
extra: `pip install "devsession[aws]"`. Azure's and Google's own libraries only sign in here; a secret
is one HTTP request.
"""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

if TYPE_CHECKING:
    from requests import Response

_KEPT_SECONDS = 300
"""A cell that is run again does not ask again; a secret that was rotated is found before long."""
_TIMEOUT_SECONDS = 10
_NOT_FOUND = 404
_OF_ARN = 5  # colons in arn:aws:secretsmanager:REGION:ACCOUNT:secret
_NEW_VERSION = "put a new version of it there"


class _NotHadError(Exception):
    """Why a manager did not give a secret. Its text holds nothing of what was answered."""

    def __init__(self, why: str, next_step: str = "") -> None:
        super().__init__(why)
        self.next_step = next_step


class CloudSecrets:
    """What the three have in common. A manager that cannot be used gives nothing, and says why."""

    prefix: ClassVar[str]
    place: ClassVar[str]
    package: ClassVar[str]
    sign_in: ClassVar[str]

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, str]] = {}
        self._problems: dict[str, _NotHadError] = {}

    def get(self, name: str) -> str | None:
        """The value; None when the manager does not hold it, or cannot be asked."""
        until, value = self._kept.get(name, (0.0, ""))
        if until > time.monotonic():
            return value
        self._problems.pop(name, None)
        secret, _, key = name.removeprefix(f"{self.prefix}:").partition("#")
        try:
            value = _of_json(self._fetch(secret), key) if key else self._fetch(secret)
        except _NotHadError as problem:
            self._problems[name] = problem
            return None
        except UnicodeDecodeError:
            self._problems[name] = _NotHadError("it holds bytes, and no text", _NEW_VERSION)
            return None
        except (KeyError, TypeError, ValueError):  # its answer, or that of a proxy on the way
            self._problems[name] = _NotHadError("its answer is none that is known", self.sign_in)
            return None
        self._kept[name] = time.monotonic() + _KEPT_SECONDS, value
        return value

    def problem(self) -> str:
        """Of the last name that was not had: why."""
        return next((str(each) for each in reversed(self._problems.values())), "")

    def next_step(self, name: str) -> str:
        """What a person does about a name that was not had."""
        problem = self._problems.get(name)
        return (problem.next_step if problem else "") or self.to_add(name)

    def to_add(self, name: str) -> str:
        """The command of the cloud's own tool."""
        raise NotImplementedError

    def to_remove(self, name: str) -> str:
        """Where it is taken out."""
        return f"take {name} out of {self.place}"

    def _fetch(self, secret: str) -> str:
        """Raises: _NotHadError."""
        raise NotImplementedError

    def _not_installed(self) -> _NotHadError:
        return _NotHadError(
            f"{self.package} is not installed", f'pip install "devsession[{self.prefix}]"'
        )

    def _not_asked(self, error: Exception) -> _NotHadError:
        return _NotHadError(f"it cannot be asked ({type(error).__name__})", self.sign_in)

    def _text(self, response: Response) -> dict[str, Any]:
        """A good answer. Raises: _NotHadError, by the status alone: the body is not ours to show."""
        if response.status_code == _NOT_FOUND:
            raise _NotHadError("it is not there")
        if not response.ok:
            raise _NotHadError(f"it answers {response.status_code}", self.sign_in)
        answer: dict[str, Any] = response.json()
        return answer


class AwsSecrets(CloudSecrets):
    """AWS Secrets Manager; the name of a secret, or its ARN. Signed in as boto3 is: profile, role .."""

    prefix, place, package = "aws", "AWS Secrets Manager", "boto3"
    sign_in = "aws sts get-caller-identity says who you are; set AWS_PROFILE and AWS_DEFAULT_REGION"

    def to_add(self, name: str) -> str:
        """The command of AWS's own tool."""
        secret = name.removeprefix("aws:").partition("#")[0]
        return f"aws secretsmanager create-secret --name {secret} --secret-string file://.."

    def _fetch(self, secret: str) -> str:
        try:
            import boto3
            from botocore.config import Config
            from botocore.exceptions import BotoCoreError, ClientError
        except ImportError:
            raise self._not_installed() from None
        arn = secret.split(":")
        region = {"region_name": arn[3]} if len(arn) > _OF_ARN else {}
        # Its own patience is minutes.
        patience = Config(
            connect_timeout=_TIMEOUT_SECONDS,
            read_timeout=_TIMEOUT_SECONDS,
            retries={"total_max_attempts": 2},
        )
        try:
            client = boto3.client("secretsmanager", config=patience, **region)
            answer = client.get_secret_value(SecretId=secret)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code == "ResourceNotFoundException":
                raise _NotHadError("it is not there") from None
            raise _NotHadError(f"it answers {code or 'an error'}", self.sign_in) from None
        except BotoCoreError as error:
            raise self._not_asked(error) from None
        if "SecretString" not in answer:
            raise _NotHadError("it holds bytes, and no text", _NEW_VERSION)
        return str(answer["SecretString"])


class AzureSecrets(CloudSecrets):
    """Azure Key Vault, VAULT/NAME. Signed in as azure-identity is: az login, a managed identity .."""

    prefix, place, package = "azure", "Azure Key Vault", "azure-identity"
    sign_in = "az login; the vault has to give you the role Key Vault Secrets User"

    def to_add(self, name: str) -> str:
        """The command of Azure's own tool."""
        vault, secret = name.removeprefix("azure:").partition("#")[0].split("/")
        return f"az keyvault secret set --vault-name {vault} --name {secret} --file .."

    def _fetch(self, secret: str) -> str:
        import requests

        try:
            from azure.core.exceptions import AzureError
            from azure.identity import DefaultAzureCredential
        except ImportError:
            raise self._not_installed() from None
        vault, name = secret.split("/")
        try:
            token = DefaultAzureCredential().get_token("https://vault.azure.net/.default").token
            response = requests.get(
                f"https://{vault}.vault.azure.net/secrets/{name}",
                params={"api-version": "7.4"},
                headers={"Authorization": f"Bearer {token}"},
                timeout=_TIMEOUT_SECONDS,
            )
        except (AzureError, requests.RequestException) as error:
            raise self._not_asked(error) from None
        return str(self._text(response)["value"])


class GoogleSecrets(CloudSecrets):
    """Google Secret Manager, PROJECT/NAME, its latest version. Signed in as google-auth is."""

    prefix, place, package = "google", "Google Secret Manager", "google-auth"
    sign_in = "gcloud auth application-default login; you need roles/secretmanager.secretAccessor"

    def to_add(self, name: str) -> str:
        """The command of Google's own tool."""
        project, secret = name.removeprefix("google:").partition("#")[0].split("/")
        return f"gcloud secrets create {secret} --project {project} --data-file=.."

    def _fetch(self, secret: str) -> str:
        import requests

        try:
            import google.auth
            from google.auth.exceptions import GoogleAuthError
            from google.auth.transport.requests import AuthorizedSession
        except ImportError:
            raise self._not_installed() from None
        project, name = secret.split("/")
        try:
            scope = "https://www.googleapis.com/auth/cloud-platform"
            credentials, _ = google.auth.default(scopes=[scope])
            response = AuthorizedSession(credentials).get(
                "https://secretmanager.googleapis.com/v1/"
                f"projects/{quote(project)}/secrets/{quote(name)}/versions/latest:access",
                timeout=_TIMEOUT_SECONDS,
            )
        except (GoogleAuthError, requests.RequestException) as error:
            raise self._not_asked(error) from None
        return base64.b64decode(self._text(response)["payload"]["data"]).decode()


CLOUDS = (AwsSecrets, AzureSecrets, GoogleSecrets)


def _of_json(text: str, key: str) -> str:
    """Raises: _NotHadError, without a word of the text."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise _NotHadError("it is no JSON object, so no key can be taken of it", _NEW_VERSION)
    if key not in found:
        raise _NotHadError(f"it has no key {key}", _NEW_VERSION)
    value = found[key]
    return value if isinstance(value, str) else json.dumps(value)
