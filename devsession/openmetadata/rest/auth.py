"""Whom the catalog lets in: what gives the token of a request, and the next one.

`TokenAuth` has one, `TokenFileAuth` reads it from a file; `BasicAuth`, `OAuth2Auth` and `OidcAuth` ask
for it. An object of the author's own with the two methods of `Auth` does as well as they.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from pydantic import SecretStr

from devsession.errors import CatalogError, DevsessionError, UsageError
from devsession.openmetadata.steps.causes import place_of
from devsession.secrets.reference import SecretReference

if TYPE_CHECKING:
    from collections.abc import Callable

Secret: TypeAlias = str | SecretStr | SecretReference
_METHODS = ("token", "refresh")


class Auth(Protocol):
    """Gives the token of each request. Both methods are called from several threads."""

    def token(self) -> str:
        """The token that is good now. It is asked for before each request: keep it."""

    def refresh(self) -> bool:
        """Get a new one, as the catalog refused the last. False: there is no way to."""


class TokenAuth:
    """A token that was made once, as that of a bot is."""

    def __init__(self, token: Secret) -> None:
        self._token = plain(token)

    def token(self) -> str:
        return self._token

    def refresh(self) -> bool:
        return False


class TokenFileAuth:
    """A token in a file that somebody else writes anew in time, as Kubernetes does.

    Raises: CatalogError from `token` when the file cannot be read.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def token(self) -> str:
        try:
            return self.path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise CatalogError(
                "The file with the catalog's token cannot be read",
                said=getattr(error, "strerror", None) or "it is no text of letters and digits",
                where=str(self.path.absolute()),
                next_step=f"ls -l {self.path}",
            ) from None

    def refresh(self) -> bool:
        """Whoever writes the file is not asked: what it has now, `token` gives."""
        return False


def checked(auth: object) -> Auth:
    """The same object. Raises: UsageError when it has not the methods of `Auth`."""
    missing = [name for name in _METHODS if not callable(getattr(auth, name, None))]
    if isinstance(auth, type) or missing:
        name = auth.__name__ if isinstance(auth, type) else type(auth).__name__
        what = "a class is none" if isinstance(auth, type) else f"it has no {missing[0]}()"
        raise UsageError(
            f"{name} gives no tokens: {what}",
            next_step=f"auth={name}(..)"
            if isinstance(auth, type)
            else "auth=TokenAuth(..), BasicAuth, OAuth2Auth, OidcAuth, or an object with token() -> str "
            "and refresh() -> bool",
        )
    return auth  # type: ignore[return-value]  # it was just seen


def token_of(auth: Auth) -> str:
    """The token of the next request. Raises: CatalogError when there is none that can be sent."""
    token = _told_by(auth, auth.token)
    if isinstance(auth, TokenAuth) and not token:
        return ""  # a catalog that lets in everybody
    if not isinstance(token, str) or not token:
        said = "an empty text" if token == "" else type(token).__name__
        raise _wrong(auth, "token", f"gave no token but {said}")
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise _wrong(
            auth, "token", "gave what no header may hold: a blank, a line break or an accent"
        )
    return token


def refreshed(auth: Auth) -> bool:
    """Whether there is a new token. Raises: CatalogError when getting it failed."""
    return bool(_told_by(auth, auth.refresh))


def plain(secret: Secret) -> str:
    """The value itself; a reference is looked up in the environment, .env, the keyring and the
    workspace's file.

    Raises: SecretMissingError, UsageError for something else.
    """
    if isinstance(secret, SecretStr):
        return secret.get_secret_value()
    if isinstance(secret, SecretReference):
        from devsession.secrets.managers import SecretStore

        return SecretStore(Path.cwd()).lookup(secret.name)
    if not isinstance(secret, str):
        raise UsageError(
            f"A secret is text, and this is a {type(secret).__name__}",
            next_step='secret("OM_TOKEN"), with its value in the environment, .env or the keyring',
        )
    return secret


def _told_by(auth: Auth, method: Callable[[], object]) -> object:
    try:
        return method()
    except DevsessionError:
        raise
    except Exception as error:  # noqa: BLE001 - the author's code; its message may hold a secret
        place = place_of(error)
        raised = type(error).__name__ + (f" ({place})" if place else "")
        raise _wrong(auth, method.__name__, f"raised {raised}") from None


def _wrong(auth: Auth, method: str, what: str) -> CatalogError:
    name = type(auth).__name__
    returns = "the token's text" if method == "token" else "whether there is another token"
    next_step = (
        f"ls -l {auth.path}; see what stands in it"
        if isinstance(auth, TokenFileAuth)
        else f"call {name}(..).{method}() by itself; it returns {returns}"
    )
    return CatalogError(f"{name}.{method}() {what}", next_step=next_step)
