"""Which form is being filled: for which connectivity, and which of the connection methods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from devsession.errors import DefinitionError
from devsession.plugin.contract import (
    ConfigurationForm,
    ConnectionMethod,
    OutboundSyncConfigurationForm,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devsession.plugin.fields import FormMapper
    from devsession.plugin.parameters import ConnectivityOption

    FormDefinition = Sequence[ConnectionMethod] | ConfigurationForm


@dataclass(frozen=True)
class FormShape:
    """The forms by the name of their method, and what is chosen."""

    title: str
    forms: Mapping[str, ConfigurationForm]
    method: str
    connectivity_options: tuple[ConnectivityOption, ...] = ()
    connectivity_option: ConnectivityOption = "direct"

    @classmethod
    def first(
        cls,
        title: str,
        definition: FormDefinition,
        connectivity_options: Sequence[ConnectivityOption],
    ) -> FormShape:
        """The first method, by the first connectivity.

        Raises: DefinitionError when the definition is not a form.
        """
        forms, options = _forms_of(definition, title), tuple(connectivity_options)
        return cls(title, forms, next(iter(forms)), options, options[0] if options else "direct")

    @property
    def definition(self) -> ConfigurationForm:
        """The form that is being filled."""
        return self.forms[self.method]

    @property
    def mapper(self) -> FormMapper | None:
        """Its mapper, when it is a kind of form that can have one."""
        form = self.definition
        return form.mapper if isinstance(form, OutboundSyncConfigurationForm) else None

    @property
    def methods(self) -> list[str]:
        """Names of the connection methods; none for the form of a sync."""
        return [name for name in self.forms if name]

    def of(
        self,
        definition: FormDefinition,
        connectivity_options: Sequence[ConnectivityOption] | None = None,
    ) -> FormShape:
        """The same choices of another definition, as far as it has them.

        connectivity_options: the ways to reach the app, where they are other ones now.

        Raises: DefinitionError when it is not a form.
        """
        forms = _forms_of(definition, self.title)
        options = tuple(connectivity_options or self.connectivity_options)
        chosen = self.connectivity_option
        if options and chosen not in options:
            chosen = options[0]
        other = replace(self, forms=forms, connectivity_options=options, connectivity_option=chosen)
        return other.choosing(self.method)

    def choosing(self, method: str) -> FormShape:
        """Another method; the first one when there is none of this name."""
        return replace(self, method=method if method in self.forms else next(iter(self.forms)))


def _forms_of(definition: Any, title: str) -> dict[str, ConfigurationForm]:
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
