"""A secret by its name: what a connection stores, a notebook shows and a diff may hold."""

from __future__ import annotations

import re
from dataclasses import dataclass

from devsession.errors import UsageError

# What every shell can export, so that the first place looked in can always be used.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
# A cloud's secret manager, and what it calls the secret; behind #, a key of one that is JSON.
_IN_CLOUD = re.compile(
    r"(aws:[\w/+=.@:-]+|azure:[A-Za-z0-9-]+/[A-Za-z0-9-]+|google:[\w:.-]+/[\w-]+)(#[\w.-]+)?",
    re.ASCII,
)


@dataclass(frozen=True)
class SecretReference:
    """Stands for a secret's value, which is looked up where and when it is used."""

    name: str

    def __repr__(self) -> str:
        return f"secret({self.name!r})"


def secret(name: str) -> SecretReference:
    """A reference to the secret of this name, for a form: `fill(api_key=secret("ACME_API_KEY"))`.

    In a cloud: `aws:NAME`, `azure:VAULT/NAME`, `google:PROJECT/NAME`; `#key` takes a key of JSON.

    Raises:
        UsageError: it is no such name; the value itself may have been passed, so the text does not
            repeat it.
    """
    if not isinstance(name, str) or not (_NAME.fullmatch(name) or _IN_CLOUD.fullmatch(name)):
        raise UsageError(
            "secret() takes the name of a secret, and this is not a name",
            tried="letters, digits and underscores, no digit first; or aws:NAME, azure:VAULT/NAME, "
            "google:PROJECT/NAME (what was passed may be the secret itself and is not shown)",
            next_step='secret("ACME_API_KEY"), with the value in the environment, the keyring or '
            "the form",
        )
    return SecretReference(name)
