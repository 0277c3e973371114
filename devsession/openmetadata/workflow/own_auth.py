"""An author's own provider of tokens in a workflow's file: `authProvider: module.Class`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import UsageError, WorkflowError, did_you_mean
from devsession.openmetadata.rest.auth import checked
from devsession.openmetadata.steps.causes import cause_of
from devsession.openmetadata.steps.references import dotted
from devsession.openmetadata.workflow.file_steps import imported, wrong
from devsession.secrets.redact import Redactor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devsession.openmetadata.rest.auth import Auth
    from devsession.openmetadata.steps.references import Path as KeyPath
    from devsession.openmetadata.workflow.file_steps import StepReader

_SERVER: KeyPath = ("workflowConfig", "openMetadataServerConfig")
PROVIDER: KeyPath = (*_SERVER, "authProvider")
SECURITY: KeyPath = (*_SERVER, "securityConfig")


def own_auth(name: str, given: Mapping[str, object], read: StepReader) -> Auth:
    """The object that `module.Class` makes of what stands in securityConfig, by name.

    Raises: WorkflowError with the key and its line.
    """
    try:
        module, called = imported(name, read.folder)
    except WorkflowError as error:
        raise wrong(
            f"{dotted(PROVIDER)}: {error.what}", read.where(PROVIDER), error.tried
        ) from None
    found = getattr(module, called, None)
    if not isinstance(found, type):
        classes = [
            each
            for each, value in vars(module).items()
            if isinstance(value, type) and hasattr(value, "token") and hasattr(value, "refresh")
        ]
        said = f"{module.__name__} has no class {called!r}"
        raise wrong(
            f"{dotted(PROVIDER)}: {said}", read.where(PROVIDER), did_you_mean(called, classes)
        )
    try:
        return checked(found(**given))
    except UsageError as error:
        raise wrong(
            f"{dotted(PROVIDER)}: {error.what}", read.where(PROVIDER), next_step=error.next_step
        ) from None
    except Exception as error:  # noqa: BLE001 - the author's code
        cause = Redactor(own_secrets(given, read)).text(cause_of(error))
        raise wrong(
            f"{dotted(SECURITY)}: {called} cannot be made of it", read.where(SECURITY), cause
        ) from None


def own_secrets(given: Mapping[str, object], read: StepReader) -> dict[str, str]:
    """Name -> value of what is there by reference: what is a secret, no type says."""
    places = {at[-1] for at in read.found.by_reference if at[:-1] == SECURITY}
    return {name: str(value) for name, value in given.items() if name in places}
