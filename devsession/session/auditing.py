"""The audit of a workspace from its notebook: is a secret in what will be committed?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from devsession.secrets.audit import AuditReport, audit
from devsession.secrets.redact import Redactor
from devsession.session.known_secrets import known_secrets

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from devsession.session.workspace import Workspace


def audit_of(workspace: Workspace, quiet: AbstractContextManager[object]) -> AuditReport:
    """Search its files for every secret known here, as `devsession audit` does.

    quiet: inside, a cloud may be asked for a secret without a recording.

    Files are named from its folder on, so that the report is the same on every machine.
    """
    folder = workspace.folder
    with quiet:
        known = known_secrets([folder], account=workspace.account)
    found = audit([folder], Redactor(known))
    named = [replace(each, file=each.file.removeprefix(f"{folder}/")) for each in found.findings]
    return AuditReport(tuple(named), found.files, found.secrets)
