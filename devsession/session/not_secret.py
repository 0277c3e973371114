"""Texts that are a secret and stand elsewhere too: refused as a value, or declared to be none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from devsession.errors import FormError, UsageError
from devsession.secrets.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.plugin.form import Form
    from devsession.secrets.redact import Redactor
    from devsession.session.workspace import Workspace

_FILE = "not_secret.json"


def refuse_secrets_in_values(form: Form, redactor: Redactor) -> None:
    """Raises: FormError, which names both fields: kept without the secret, a value is another one."""
    held = {name: redactor.find(given.value) for name, given in form.values.items()}
    errors = {
        name: f"holds the text of {hits[0].name}, which is a secret and hidden wherever it stands"
        for name, hits in held.items()
        if hits
    }
    if errors:
        raise FormError(
            f"{form.title} was not saved: a value holds a secret's text",
            errors=errors,
            next_step="change that secret in the app, to one that stands nowhere else\nor, where all "
            "may read it (a practice app's): session.not_secret(..) with it, then fill again",
        )


def declared_not_secret(workspace: Workspace) -> frozenset[str]:
    """What the author declared to be no secret, in any process; none where the file is not there or not as it was written."""
    try:
        return frozenset(json.loads((workspace.private / _FILE).read_bytes()))
    except (OSError, ValueError, TypeError):
        return frozenset()


def declare_not_secret(workspace: Workspace, values: Sequence[str]) -> frozenset[str]:
    """Keep these for all processes too; all that are kept. Raises: UsageError for what is no text."""
    if not all(isinstance(value, str) and value for value in values):
        raise UsageError(
            "not_secret() takes the values, as texts", next_step='session.not_secret("public")'
        )
    before = declared_not_secret(workspace)
    after = before.union(values)
    if after != before:
        content = json.dumps(sorted(after), indent=2).encode()
        write_atomically(workspace.private / _FILE, content, mode=0o600)
    return after
