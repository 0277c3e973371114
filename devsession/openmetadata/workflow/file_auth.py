"""Whom the catalog lets in, in a workflow's file: `authProvider`, and what each takes.

Source: public JSON schemas of OpenMetadata, security/client and auth/loginRequest; what is sent to
Auth0 and Azure, their own pages on client credentials.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal, Self, TypeAlias, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from devsession.errors import did_you_mean
from devsession.openmetadata.rest.auth import Auth, TokenAuth
from devsession.openmetadata.rest.basic_auth import BasicAuth
from devsession.openmetadata.rest.client_credentials import OAuth2Auth
from devsession.openmetadata.rest.kept_token import is_private_way
from devsession.openmetadata.steps.configuring import problems_of
from devsession.openmetadata.workflow.file_steps import dotted_name
from devsession.openmetadata.workflow.keys import Keys

Provider = Literal["openmetadata", "basic", "custom-oidc", "auth0", "azure"]
_ELSEWHERE = {
    "okta": "its client signs with a private key",
    "google": "its service account signs with a private key",
    "aws-cognito": "a person signs in",
    "ldap": "a person signs in",
    "saml": "a person signs in",
    "no-auth": "leave authProvider and securityConfig out",
}


def _private(address: str) -> str:
    if not is_private_way(address):
        raise ValueError("has to be an https address, or http on this machine")
    return address


def _host(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.-]+", name):
        raise ValueError("is the host alone: acme.eu.auth0.com")
    return name


_Address = Annotated[str, AfterValidator(_private)]
_Text = Annotated[str, Field(min_length=1)]


class Security(Keys):
    """What a provider takes."""

    provider: ClassVar[Provider]

    def auth(self) -> Auth:
        """What gives the tokens."""
        raise NotImplementedError


class BotToken(Security):
    """A bot's token."""

    provider = "openmetadata"
    jwt_token: SecretStr

    def auth(self) -> Auth:
        return TokenAuth(self.jwt_token)


class Login(Security):
    """A person's, at the catalog itself."""

    provider = "basic"
    email: _Text
    password: SecretStr

    def auth(self) -> Auth:
        return BasicAuth(self.email, self.password)


class CustomOidc(Security):
    """A client's, of any provider that gives tokens for client credentials."""

    provider = "custom-oidc"
    client_id: _Text
    secret_key: SecretStr
    token_endpoint: _Address

    def auth(self) -> Auth:
        return OAuth2Auth(
            self.token_endpoint, self.client_id, self.secret_key, client_auth="client_secret_post"
        )


class Auth0(Security):
    """A client's of Auth0. domain: `acme.eu.auth0.com`."""

    provider = "auth0"
    client_id: _Text
    secret_key: SecretStr
    domain: Annotated[str, AfterValidator(_host)]

    def auth(self) -> Auth:
        return OAuth2Auth(
            f"https://{self.domain}/oauth/token",
            self.client_id,
            self.secret_key,
            audience=f"https://{self.domain}/api/v2/",
            client_auth="client_secret_post",
        )


class Azure(Security):
    """A client's of Entra ID. authority: `https://login.microsoftonline.com/TENANT`."""

    provider = "azure"
    client_id: _Text
    client_secret: SecretStr
    authority: _Address
    scopes: list[_Text] = Field(min_length=1, description="api://CLIENT_ID/.default")

    def auth(self) -> Auth:
        return OAuth2Auth(
            f"{self.authority.rstrip('/')}/oauth2/v2.0/token",
            self.client_id,
            self.client_secret,
            scope=" ".join(self.scopes),
            client_auth="client_secret_post",
        )


AnySecurity: TypeAlias = BotToken | Login | CustomOidc | Auth0 | Azure
_SHAPES: dict[str, type[Security]] = {each.provider: each for each in get_args(AnySecurity)}


def _offered(name: object) -> object:
    works = ", ".join(_SHAPES)
    if isinstance(name, str) and name in _ELSEWHERE:
        raise ValueError(
            f"{name} is not done here: {_ELSEWHERE[name]}; there is {works}, and module.Class. A "
            "bot's token (openmetadata) is good whatever the server's provider is"
        )
    if not isinstance(name, str) or not (name in _SHAPES or dotted_name(name)):
        near = did_you_mean(name, [*_SHAPES, *_ELSEWHERE]) if isinstance(name, str) else ""
        meant = f"{near} " if near.startswith("did") else ""
        raise ValueError(f"{meant}there is {works}, and module.Class for one of your own")
    return name


class Server(Keys):
    """The catalog, and whom it lets in.

    auth_provider: also module.Class; what securityConfig has are its arguments.
    """

    host_port: str = Field(pattern="^https?://")
    auth_provider: Annotated[Provider | str, BeforeValidator(_offered)] = "openmetadata"
    security_config: AnySecurity | dict[str, Any] | None = None

    @field_validator("security_config", mode="wrap")
    @classmethod
    def _of_its_provider(
        cls, given: Any, _others: ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> Any:
        """By its provider, and not by what fits: so what is wrong is told of that one alone."""
        provider = info.data.get("auth_provider")
        if given is None or provider is None:  # which there is not is told already
            return None
        if (shape := _SHAPES.get(provider)) is None:
            return TypeAdapter(dict[str, Any]).validate_python(given)
        try:
            return shape.model_validate(given)
        except ValidationError as error:
            told = [
                InitErrorDetails(type=PydanticCustomError("key", "{said}", {"said": said}), loc=at, input=None)
                for at, said in problems_of(shape, error).items()
            ]  # fmt: skip
            raise ValidationError.from_exception_data("securityConfig", told) from None

    @model_validator(mode="after")
    def _has_what_it_takes(self) -> Self:
        needs = self.auth_provider in _SHAPES and self.auth_provider != "openmetadata"
        if self.security_config is None and needs:
            fields = _SHAPES[self.auth_provider].model_fields.values()
            takes = ", ".join(str(field.alias) for field in fields)
            raise ValueError(f"securityConfig is missing: {self.auth_provider} takes {takes}")
        return self
