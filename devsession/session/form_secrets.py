"""The secrets that a connection's form holds: the name of each, its text when it is used, its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from devsession.errors import FormError
from devsession.plugin.fields import FieldValueError
from devsession.secrets.redact import placeholder
from devsession.secrets.reference import SecretReference

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from devsession.plugin.form import Form
    from devsession.session.vault import Vault


class FormSecrets:
    """Finds and keeps the secrets of a form's fields. owner: what their names begin with."""

    def __init__(self, vault: Vault, owner: Callable[[], str]) -> None:
        self._vault = vault
        self._owner = owner

    def name(self, field: str) -> str:
        """`ACME_API_KEY` for the field api_key of the plugin acme."""
        return re.sub(r"\W", "_", f"{self._owner()}_{field}").upper()

    def reference(self, form: Form, field: str) -> SecretReference:
        """The reference by which a secret of the form is, or will be, found again."""
        given = form.secrets.get(field)
        return given if isinstance(given, SecretReference) else SecretReference(self.name(field))

    def plain(self, form: Form) -> dict[str, str]:
        """Field -> text, redacted from now on.

        Raises:
            SecretMissingError: a referenced one is nowhere.
            FormError: a referenced one does not suit its field; the error does not show it.
        """
        plain = {}
        for field, given in form.secrets.items():
            if isinstance(given, SecretReference):
                plain[field] = self._vault.value(field, given)
                if plain[field] != placeholder(field):
                    self._check_found(form, field, plain[field], given)
            else:
                plain[field] = given
                self._vault.learn({field: given})
        return plain

    def keep(
        self, form: Form, returned: Mapping[str, str], newest: Mapping[str, str]
    ) -> tuple[dict[str, SecretReference], dict[str, str]]:
        """Keep what was typed and what connect() returned: references by field, places by field.

        What the form has a reference for is not kept once more; the form holds references then.
        newest: tokens that have taken the place of those.
        """
        texts = self.plain(form)
        known = {
            texts[field]: given
            for field, given in form.secrets.items()
            if isinstance(given, SecretReference)
        }
        typed = {field: text for field, text in form.secrets.items() if isinstance(text, str)}
        references, places = {}, {}
        for field, held in {**typed, **returned}.items():
            text = newest.get(field, held)
            if text in known:
                references[field] = known[text]
            else:
                references[field], places[field] = self._vault.keep(self.name(field), text)
        for field in form.secrets.keys() & references.keys():
            form.set(field, references[field])
        return {name: self.reference(form, name) for name in form.secrets} | references, places

    def not_found(self, given: SecretReference | str) -> str:
        """What is said of a secret that is in none of the places looked in; "" where it is found."""
        if self._vault.offline or isinstance(given, str) or self._vault.store.find(given.name):
            return ""
        return f"is nowhere: type it here, or put {given.name}=.. into .env"

    def _check_found(self, form: Form, field: str, text: str, reference: SecretReference) -> None:
        try:
            form.fields[field].secret_text(text)
        except FieldValueError as refused:
            raise FormError(
                f"{form.title} cannot use a secret",
                errors={field: f"{reference}: {self._vault.text(str(refused))}"},
                next_step=f"put the right value where {reference.name} is kept",
            ) from None
