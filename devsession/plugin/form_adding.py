"""The side of a form to which something is added: an option of a field, a pair of keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.plugin.form_creator import new_option
from devsession.plugin.form_keys import generate
from devsession.plugin.form_mapper import MapperAnswers
from devsession.plugin.form_waiting import FormWaiting

if TYPE_CHECKING:
    from devsession.plugin.fields import FormOption
    from devsession.plugin.form import Form
    from devsession.plugin.form_creator import Creators
    from devsession.plugin.key_pairs import Algorithm


class FormAdding(FormWaiting):
    """What is made here, or by the plugin, and is an answer then."""

    _creators: Creators

    def creator(self, name: str) -> Form:
        """The form of a new option of a field, to be filled by clicks; `create_option` ends it.

        name: of a field, or `mapping` for a new field of the app.

        Raises:
            UnknownNameError: the form has no field of this name.
            FormError: the field takes no new options, or the plugin's function failed.
        """
        return self._creators.form_of(name)

    def cancel_option(self, name: str) -> None:
        """Forget what was filled in for a new option of a field."""
        self._creators.forget(name)
        self._changed()

    def create_option(self, name: str, /, **values: object) -> FormOption:
        """Fill the form of a new option, have the plugin make it, add it and choose it.

        A new field of the app, `name="mapping"`, is not mapped yet.

        Raises:
            FormError: a value is wrong, or the plugin's function failed; nothing was added.
        """
        creator = self.creator(name)
        creator.fill(**values)
        option = new_option(self, name, creator)
        self._creators.forget(name)
        self._offer(name, option)
        return option

    def generate(
        self, name: str, *, algorithm: Algorithm = "ed25519", replace: bool = False
    ) -> str:
        """Make a pair of SSH keys for a field; the public key, for the app.

        A pair of this kind that is there stays, and its public key comes back; `replace` makes
        another one.

        Raises:
            UnknownNameError: the form has no field of this name.
            FormError: the field takes no such pair, or has a key that would be lost.
        """
        return generate(self, name, algorithm, replace=replace)

    def parameters_so_far(self) -> Any:
        """What an option function is given, out of the answers so far."""
        return self._state.answers.options.parameters()

    def redacted(self, text: str) -> str:
        """A text of the plugin's, before anybody sees it."""
        return self._state.answers.options.redact(text)

    def _offer(self, name: str, option: FormOption) -> None:
        """Offer a new option among those that the app lists, which are waited for; choose it."""
        answers, mapped = self._state.answers, self._state.mapped
        if name not in self.fields and isinstance(mapped, MapperAnswers):
            with self._fetcher.beside(False):
                mapped.load(answers)
            mapped.add(answers, [option])
            self._changed()
            return
        field = self.fields[name]
        with self._fetcher.beside(False):
            answers.load(field)
        answers.options.add(name, [option])
        self.set(name, field.with_option(answers.values.get(name), option))

    def set(self, name: str, value: object) -> None:
        """Answer one field."""
        raise NotImplementedError
