"""A saved connection that the plugin's form has left behind: what is said of it, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import NotFilledError
from devsession.notebook.form_parts import FormPart

if TYPE_CHECKING:
    from collections.abc import Callable

    from devsession.plugin.form import Form
    from devsession.warehouse.records import ConnectionRecord

_NEXT = "session.connection, Save; or session.connection.fill({})"


def outdated(saved: ConnectionRecord, form: Form) -> NotFilledError | None:
    """Why a connection cannot be used as it was saved; None where it can."""
    # By another connectivity the plugin may have other methods.
    is_same_way = form.connectivity_option == saved.connectivity_option
    if is_same_way and saved.connection_method not in (form.methods or [""]):
        return NotFilledError(
            f"The connection is saved with method {saved.connection_method!r}, "
            "which the plugin has no more",
            tried=f"its methods in plugin.py are now {', '.join(map(repr, form.methods))}",
            where=form.title,
            next_step=_NEXT.format(".."),
        )
    known = saved.connection_parameters.keys() | saved.connection_secrets.keys()
    parents = form.definition.parents
    asked = form.fields.values() if form.method == saved.connection_method else ()
    if lacking := [
        field.name
        for field in asked
        if field.required
        and field.name not in known
        and known.issuperset(parents(field.depends_on))
    ]:
        return NotFilledError(
            f"The saved connection lacks what its form asks for now: {', '.join(lacking)}",
            tried="the form has changed in plugin.py since it was filled",
            where=form.title,
            next_step=_NEXT.format(f"{lacking[0]}=.."),
        )
    return None


class OutdatedPart(FormPart):
    """Says on the connection's page that it has to be saved again."""

    def __init__(self, saved: Callable[[], ConnectionRecord | None], form: Form) -> None:
        self._saved = saved
        self._form = form

    def standing(self) -> str:
        """What is wrong with the saved connection; "" for nothing."""
        saved = self._saved()
        problem = outdated(saved, self._form) if saved else None
        return str(problem) if problem else ""
