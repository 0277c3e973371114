"""The catalog that a session stores in: the practice app's own, unless a workflow's file names one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from devsession.errors import UsageError
from devsession.openmetadata import OpenMetadata
from devsession.sandbox import CATALOG_TOKEN_NAME
from devsession.secrets.reference import SecretReference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.session.development import DevelopmentSession

_FIELD = "catalog_token"


@contextmanager
def reachable(session: DevelopmentSession) -> Iterator[None]:
    """Inside, a catalog that a workflow's file names is called, unrecorded.

    Raises: UsageError offline.
    """
    if session.offline:
        raise UsageError(
            "Offline the catalog that the workflow's file names is not called",
            next_step="unset DEVSESSION_OFFLINE and restart the kernel",
        )
    with session.recorder.paused():
        yield


@contextmanager
def catalog_of(
    session: DevelopmentSession, configured: OpenMetadata | None
) -> Iterator[OpenMetadata]:
    """Inside it is called, unrecorded; the local one offline as well, as the warehouse is.

    Raises: UsageError offline, for another one; CatalogError from each call that it refuses.
    """
    if configured is not None:
        with reachable(session):
            yield configured
    else:
        with session.recorder.paused():
            yield _local(session)


def _local(session: DevelopmentSession) -> OpenMetadata:
    address = session.sandbox.catalog_url
    token = session.vault.value(_FIELD, SecretReference(CATALOG_TOKEN_NAME))
    return OpenMetadata(address, token=token)
