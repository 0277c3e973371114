"""Which form is being filled: for which connectivity, and which of the connection methods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from devsession.plugin.form_definition import forms_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devsession.plugin.contract import ConfigurationForm
    from devsession.plugin.form_definition import FormDefinition
    from devsession.plugin.parameters import ConnectivityOption


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
        forms, options = forms_of(definition, title), tuple(connectivity_options)
        return cls(title, forms, next(iter(forms)), options, options[0] if options else "direct")

    @property
    def definition(self) -> ConfigurationForm:
        """The form that is being filled."""
        return self.forms[self.method]

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
        forms = forms_of(definition, self.title)
        options = tuple(connectivity_options or self.connectivity_options)
        chosen = self.connectivity_option
        if options and chosen not in options:
            chosen = options[0]
        other = replace(self, forms=forms, connectivity_options=options, connectivity_option=chosen)
        return other.choosing(self.method)

    def choosing(self, method: str) -> FormShape:
        """Another method; the first one when there is none of this name."""
        return replace(self, method=method if method in self.forms else next(iter(self.forms)))

    def by(self, connectivity_option: ConnectivityOption) -> FormShape:
        """Another connectivity; the plugin is still to be asked for its form."""
        return replace(self, connectivity_option=connectivity_option)
