"""What a plugin's form method returned, held against what it has to return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.errors import DefinitionError
from devsession.plugin.contract import (
    ConfigurationForm,
    ConnectionMethod,
    OutboundSyncConfigurationForm,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.plugin.fields import FormMapper

    FormDefinition = Sequence[ConnectionMethod] | ConfigurationForm


def forms_of(definition: Any, title: str) -> dict[str, ConfigurationForm]:
    """The forms by the name of their method; a form that is no method stands alone, without a name.

    Raises:
        DefinitionError: there is no form among what was returned, or two methods have one name.
    """
    single = isinstance(definition, ConfigurationForm)
    if single and not isinstance(definition, ConnectionMethod):
        return {"": definition}
    is_list = isinstance(definition, (list, tuple))
    if not is_list or not all(isinstance(form, ConnectionMethod) for form in definition):
        raise DefinitionError(
            f"{title} is not a form: its method returned {type(definition).__name__}",
            next_step="connection_form returns a list of ConnectionMethod, "
            "outbound_configuration_form an OutboundSyncConfigurationForm",
        )
    if not definition:
        raise DefinitionError(
            f"{title} offers no connection method",
            next_step="return at least one ConnectionMethod from connection_form",
        )
    forms = {form.name: form for form in definition}
    if len(forms) < len(definition):
        raise DefinitionError(
            f"{title} has two connection methods of one name", methods=list(forms)
        )
    return dict(forms)


def mapper_of(form: ConfigurationForm) -> FormMapper | None:
    """The form's mapper, when it is a kind of form that can have one."""
    return form.mapper if isinstance(form, OutboundSyncConfigurationForm) else None
