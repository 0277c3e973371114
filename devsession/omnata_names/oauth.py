"""The OAuth template of the dialect's older plugins, which is told apart by what it is given."""

from __future__ import annotations

from typing import Any

from devsession.plugin.oauth import OAuthAuthorizationCode, OAuthClientCredentials, OAuthTemplate


class SecurityIntegrationTemplate:
    """Called directly it makes the template of the grant that is named, or that its options are of.

    With an authorization endpoint that is the authorization code, else client credentials.

    Source: sync contract, OAuth templates.
    """

    def __new__(cls, **options: Any) -> OAuthTemplate:  # type: ignore[misc]  # either of the two
        implied = "oauth_authorization_endpoint" in options
        grant = options.get("oauth_grant", "authorization_code" if implied else "")
        kind = OAuthAuthorizationCode if grant == "authorization_code" else OAuthClientCredentials
        return kind(**options)
