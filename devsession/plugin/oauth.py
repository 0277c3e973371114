"""OAuth templates: what a session needs to get a token for a plugin, and to get the next one."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AnyHttpUrl, BeforeValidator, Field, SecretStr, TypeAdapter, field_validator

from devsession.http.token_endpoint import ClientAuth
from devsession.plugin.definition import Definition
from devsession.plugin.fields import FormField, FormInputField

ACCESS_TOKEN = "access_token"  # noqa: S105 - a name
"""The secret by which the plugin has the token: `parameters.secret("access_token")`."""

REFRESH_TOKEN = "oauth_refresh_token"  # noqa: S105 - a name
CLIENT_ID = "oauth_client_id"
CLIENT_SECRET = "oauth_client_secret"  # noqa: S105 - a name

_URL = TypeAdapter(AnyHttpUrl)


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


# Snowflake's security integrations write it in capitals.
_AuthMethod = Annotated[ClientAuth, BeforeValidator(_lower)]


class OAuthTemplate(Definition):
    """What both grants have. The token reaches the plugin as the secret `access_token`.

    oauth_client_auth_method: how the client shows its secret, in a header or in the body.

    Source: sync contract, OAuth templates; RFC 6749 section 2.3.1.
    """

    oauth_grant: str
    oauth_docs_url: str = ""
    oauth_client_id: str = ""
    oauth_client_secret: SecretStr = Field(default=SecretStr(""), exclude=True)
    oauth_token_endpoint: str
    oauth_allowed_scopes: list[str] = Field(default_factory=list)
    oauth_client_auth_method: _AuthMethod = "client_secret_basic"

    @field_validator("oauth_token_endpoint", "oauth_authorization_endpoint", check_fields=False)
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        _URL.validate_python(address)
        return address

    def with_client(self, client_id: str, client_secret: str) -> Self:
        """The template with the client that was typed, where it has none itself."""
        return self.model_copy(
            update={
                "oauth_client_id": self.oauth_client_id or client_id,
                CLIENT_SECRET: SecretStr(self.client_secret or client_secret),
            }
        )

    @property
    def client_secret(self) -> str:
        """The plain client secret; empty when there is none."""
        return self.oauth_client_secret.get_secret_value()

    def parameters(self) -> dict[str, str]:
        """What a connection keeps of it, the secret aside."""
        kept: dict[str, Any] = self.model_dump(exclude={"oauth_docs_url"})
        return kept | {"oauth_allowed_scopes": " ".join(self.oauth_allowed_scopes)}


class OAuthClientCredentials(OAuthTemplate):
    """The plugin itself is the client: no person signs in. Source: RFC 6749 section 4.4."""

    oauth_grant: Literal["client_credentials"] = "client_credentials"


class OAuthAuthorizationCode(OAuthTemplate):
    """A person signs in at the app, in the browser. Source: RFC 6749 section 4.1, RFC 7636."""

    oauth_grant: Literal["authorization_code"] = "authorization_code"
    oauth_authorization_endpoint: str


def client_fields(template: OAuthTemplate) -> list[FormField]:
    """What is asked for of the client, where the template does not have it."""
    known = bool(template.oauth_client_id)
    secret = FormInputField(
        name=CLIENT_SECRET,
        label="Client secret",
        secret=True,
        required=isinstance(template, OAuthClientCredentials),
        help_text=template.oauth_docs_url,
    )
    client = FormInputField(name=CLIENT_ID, label="Client ID", required=True)
    return [secret] if known else [client, secret]


def template_of(parameters: Mapping[str, str], client_secret: str) -> OAuthTemplate | None:
    """The template that a connection keeps; None when it keeps none."""
    kinds: dict[str, type[OAuthTemplate]] = {
        "client_credentials": OAuthClientCredentials,
        "authorization_code": OAuthAuthorizationCode,
    }
    if parameters.get("oauth_grant") not in kinds:
        return None
    kind = kinds[parameters["oauth_grant"]]
    names = kind.model_fields.keys() & parameters.keys()
    kept: dict[str, Any] = {name: parameters[name] for name in names}
    kept["oauth_allowed_scopes"] = parameters.get("oauth_allowed_scopes", "").split()
    return kind(**kept, oauth_client_secret=SecretStr(client_secret))
