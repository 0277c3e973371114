"""The catalog that a session stores in: the practice app's own, unless a workflow's file names one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from devsession.errors import UsageError
from devsession.openmetadata.rest import OpenMetadata
from devsession.sandbox import CATALOG_TOKEN_NAME
from devsession.secrets.reference import SecretReference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.session.development import DevelopmentSession

_FIELD = "catalog_token"


@contextmanager
def online_unrecorded(session: DevelopmentSession) -> Iterator[None]:
    """Inside, what is called is not recorded: it is no part of a scenario.

    Raises: UsageError offline.
    """
    if session.offline:
        raise UsageError(
            "Offline there is no catalog to ask",
            next_step="unset DEVSESSION_OFFLINE and restart the kernel",
        )
    with session.recorder.paused():
        yield


@contextmanager
def catalog_of(
    session: DevelopmentSession, configured: OpenMetadata | None
) -> Iterator[OpenMetadata]:
    """Inside it is called, unrecorded.

    Raises: UsageError offline; CatalogError from each call that it refuses.
    """
    with online_unrecorded(session):
        yield configured or _local(session)


def _local(session: DevelopmentSession) -> OpenMetadata:
    address = session.sandbox.catalog_url
    token = session.vault.value(_FIELD, SecretReference(CATALOG_TOKEN_NAME))
    return OpenMetadata(address, token=token)
