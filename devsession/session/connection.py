"""The connection to the app: the plugin's form, filled by hand or by name, tested and kept."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from devsession.errors import ConnectError, NotFilledError, PluginRaisedError
from devsession.plugin.contract import ConnectResponse
from devsession.plugin.form import Form
from devsession.plugin.oauth import ACCESS_TOKEN, OAuthTemplate
from devsession.plugin.parameters import ConnectionConfigurationParameters, StoredConfigurationValue
from devsession.secrets.reference import SecretReference
from devsession.session.addresses import declared_by, told_elsewhere
from devsession.session.form_secrets import FormSecrets
from devsession.session.manifest import manifest_of
from devsession.session.not_secret import refuse_secrets_in_values
from devsession.session.option_calls import fetcher_of, last_exchange
from devsession.session.outdated import outdated
from devsession.session.person import Person
from devsession.session.plugin_call import calling
from devsession.session.saved import Note, saved_note
from devsession.session.signing import Signing
from devsession.warehouse.records import ConnectionRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from devsession.notebook.form_widget import FormWidget
    from devsession.plugin.contract import Plugin
    from devsession.plugin.fields import FormOption
    from devsession.plugin.key_pairs import Algorithm
    from devsession.plugin.parameters import ConnectivityOption
    from devsession.session.development import DevelopmentSession

Answers = tuple[str, dict[str, str], dict[str, str]]
"""Connectivity and method, values, plain secrets: what connect() was called with."""


class Connection:
    """A plugin's connection form; `session.connection`.

    Shown in a notebook it is live: Test calls connect(), Save stores the connection. `fill` does
    both by name. call: what it is filled by, in code.
    """

    call = "session.connection"
    _thing = _noun = "connection"  # in an error, and in what save() says

    def __init__(self, session: DevelopmentSession) -> None:
        self._session = session
        self._vault = session.vault
        unrecorded = session.recorder.paused
        self._secrets = FormSecrets(self._vault, lambda: self.plugin_id)
        self._signing = Signing(self._vault, secret_name=self._secrets.name, unrecorded=unrecorded)
        self.person = Person(
            redeem=self._signing.redeem, answers=self._answers, agreed=session.sandbox.agreed
        )
        self._elsewhere = ""
        self._checked: tuple[Answers, ConnectResponse] | None = None
        self._used: tuple[Answers, ConnectResponse] | None = None  # of what is saved
        self.record = session.store.connection(self.plugin_id)
        options = self._connectivity_options(self.record.connectivity_option if self.record else "")
        self.form = Form(
            self._definition(options[0]),
            title=self._title,
            parameters=self._parameters,
            redact=self._vault.text,
            ask=lambda form: self._definition(form.connectivity_option),
            connectivity_options=options,
        )
        self.form.fetch_by(fetcher_of(session.recorder))
        if self.record is not None:
            self.form.restore(
                self._vault.used(self.record.connection_parameters),
                self.record.connection_secrets,
                method=self.record.connection_method,
            )

    @property
    def _title(self) -> str:
        return f"the connection form of {self._session.source.name}"

    @property
    def plugin_id(self) -> str:
        """The manifest's id: what the connection is stored under."""
        return manifest_of(self._session).plugin_id

    @property
    def filled(self) -> bool:
        """Whether a connection is stored."""
        return self.record is not None

    @property
    def is_saved(self) -> bool:
        """Whether all that the form holds is stored."""
        saved, form = self.record, self.form
        return (
            saved is not None
            and saved.connection_method == form.method
            and saved.connectivity_option == form.connectivity_option
            and saved.connection_secrets.items() >= form.secrets.items()
            and self._vault.used(saved.connection_parameters).items() >= form.values.items()
        )

    @property
    def parameters(self) -> ConnectionConfigurationParameters:
        """What connect() and the forms of a sync are given, as saved, secrets included.

        Raises: NotFilledError, SecretMissingError; what comes of a sign-in that has ended.
        """
        if address := self.person.check():
            raise NotFilledError(
                f"The {self._thing} is not filled: sign in first",
                tried="its token waits for a person to sign in at the app",
                where=self.form.title,
                next_step=f"open {address}\nand run this again; then the connection is saved",
            )
        saved = self.record
        if saved is None:
            raise NotFilledError(
                f"The {self._thing} is not filled",
                tried=f"looking for a saved connection of {self.plugin_id!r}",
                where=self.form.title,
                next_step=f"fill the form above and save it, or {self.call}.fill(..)",
            )
        if problem := outdated(saved, self.form):
            raise problem
        secrets = self.secrets(saved.connection_secrets)
        return ConnectionConfigurationParameters(
            connection_method=saved.connection_method,
            connectivity_option=saved.connectivity_option,
            connection_parameters=self._vault.used(saved.connection_parameters),
        ).with_secrets(secrets)

    def fill(self, **values: object) -> Note:
        """Set fields by name, call connect() once and save; `method=` picks a connection method.

        The same values again change nothing and call nothing. A secret is `secret("NAME")`. Where
        a person has to sign in, the address is shown, and the rest is done when they are back.

        Raises:
            FormError: a field is wrong; nothing was changed. Or one that is no secret holds a
                secret's text; nothing was saved.
            ConnectError: connect() refused or raised; nothing was saved.
            SecretMissingError: a referenced secret is nowhere.
        """
        self.form.fill(**values)
        return self.save()

    def generate(
        self, name: str, *, algorithm: Algorithm = "ed25519", replace: bool = False
    ) -> Note:
        """Make a pair of SSH keys for a field; its public key, to give to the app. Then fill or save.

        A pair of this kind that is there stays; `replace=True` makes another, and loses it.

        Raises:
            FormError: the field takes no such pair, or has a key that would be lost.
        """
        return Note(self.form.generate(name, algorithm=algorithm, replace=replace))

    def create_option(self, name: str, /, **values: object) -> FormOption:
        """Have the plugin make an option for a field, and choose it; saved with the next fill.

        values: what the form of a new option asks for.

        Raises:
            FormError: a value is wrong, or the plugin's function failed; nothing was added.
        """
        return self.form.create_option(name, **values)

    def test(self) -> Note:
        """Call connect() with what the form holds; a line that says how it went.

        Raises: ConnectError, SecretMissingError.
        """
        self.form.settle()
        return self.person.do(self._test, saves=False)

    def save(self) -> Note:
        """Store what the form holds and what connect() returned, called if it has to be.

        Raises: FormError, ConnectError, SecretMissingError; nothing was saved.
        """
        self.form.settle()
        return self.person.do(self._save, saves=True)

    def paste(self, address: str) -> Note:
        """Go on with the address at which the browser ended, where it did not come back by itself.

        Raises: ConnectError when it is another address, or the app did not agree.
        """
        return self.person.paste(address)

    def cancel(self) -> Note:
        """Wait no more for a person who was asked to sign in."""
        return self.person.cancel()

    def _test(self) -> Note:
        self._connect()
        return Note("\n".join(filter(None, ("connect() succeeded", self._elsewhere))))

    def _save(self) -> Note:
        self._secrets.plain(self.form)  # known from now on
        refuse_secrets_in_values(self.form, self._vault.redactor)
        checked = self._checked
        unchanged = checked is not None and checked[0] == self._answers()
        response = checked[1] if checked and unchanged else self._connect()
        returned = {name: secret.value for name, secret in response.connection_secrets.items()}
        references, places = self._secrets.keep(self.form, returned, self._signing.newest)
        saved = self._session.store.save_connection(
            ConnectionRecord(
                plugin_id=self.plugin_id,
                connection_method=self.form.method,
                connectivity_option=self.form.connectivity_option,
                connection_parameters=self._portable(
                    {**self.form.values, **response.connection_parameters}
                ),
                connection_secrets=references,
            )
        )
        self.record = saved.record
        if self._used is not self._checked:
            self._used = self._checked
            self._session.renew_syncs()
        kept = [f"\n  {name} is kept in {place}" for name, place in places.items()]
        elsewhere = [f"\n  {self._elsewhere}"] if self._elsewhere else []
        return Note("".join([saved_note(self._noun, saved), *kept, *elsewhere]))

    def secrets(self, names: Iterable[str]) -> dict[str, str]:
        """The plain secrets of these fields; offline a connection need not be filled for it."""
        stored = self.record.connection_secrets if self.record else {}
        found = {
            name: self._vault.value(
                name, stored.get(name, SecretReference(self._secrets.name(name)))
            )
            for name in names
        }
        if self.record is None or ACCESS_TOKEN not in found:
            return found
        try:
            return found | self._signing.current(self.record)
        except ConnectError:
            self._checked = None  # save() is to ask for a token anew
            raise

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for field, given in self.form.secrets.items():
            self.form.notify(field, self._secrets.not_found(given))
        display(self._page)

    @cached_property
    def _page(self) -> FormWidget:
        # Shown again it is the same: a new one with each run of its cell would be kept, and drawn
        # with each click, as long as the kernel lives.
        from devsession.session.views import connection_page

        return connection_page(self._session, self)

    def __repr__(self) -> str:
        state = f"filled, {self.record.connection_method}" if self.record else "not filled"
        return f"Connection of {self._session.source.name}: {state}"

    def refresh(self) -> None:
        """plugin.py was saved: the form as it is now; values that still fit are kept."""
        options = self._connectivity_options(self.form.connectivity_option)
        definition = self._definition(options[0])
        with self.form.without_waiting():
            self.form.reload(definition, connectivity_options=options)
        if self.record is not None and self.record.plugin_id != self.plugin_id:
            self.record = self._session.store.connection(self.plugin_id)

    def _connect(self) -> ConnectResponse:
        plugin, parameters = self._session.plugin, self._parameters(self.form)
        mark = self._session.recorder.mark()
        response, parameters = self._signing.connect(
            lambda given: self._call_connect(plugin, given),
            getattr(self.form.definition, "oauth_template", None),
            parameters,
        )
        self._vault.learn_stored(response.connection_secrets)
        declared = [*declared_by(plugin, parameters, self._vault), *response.network_addresses]
        exchanges = self._session.recorder.exchanges_since(mark)
        self._elsewhere = told_elsewhere(exchanges, declared, self._vault)
        self._checked = (self._answers(), response)
        return response

    def _call_connect(
        self, plugin: Plugin, parameters: ConnectionConfigurationParameters
    ) -> ConnectResponse | OAuthTemplate | None:
        with (
            self._session.recorder.always_live(),
            last_exchange(self._session.recorder) as exchange,
            calling(plugin, "connect", self._vault, raises=ConnectError, exchange=exchange),
        ):
            returned: Any = plugin.connect(parameters)
        if returned is None or isinstance(returned, ConnectResponse | OAuthTemplate):
            return returned
        raise PluginRaisedError(
            f"connect() of {type(plugin).__name__} returned {type(returned).__name__}",
            next_step="return a ConnectResponse, or nothing",
        )

    def _definition(self, connectivity_option: ConnectivityOption) -> Any:
        plugin = self._session.plugin
        with calling(plugin, "connection_form", self._vault):
            return plugin.connection_form(connectivity_option)

    def _connectivity_options(self, chosen: str) -> list[ConnectivityOption]:
        """What the manifest supports, the one that is chosen first if it is among it."""
        supported = manifest_of(self._session).supported_connectivity_options
        return sorted(supported, key=lambda option: option != chosen)

    def _parameters(self, form: Form) -> ConnectionConfigurationParameters:
        return ConnectionConfigurationParameters(
            connection_method=form.method,
            connectivity_option=form.connectivity_option,
            connection_parameters=form.values,
        ).with_secrets(self._secrets.plain(form))

    def _answers(self) -> Answers:
        values = {name: value.value for name, value in self.form.values.items()}
        how = f"{self.form.connectivity_option} {self.form.method}"
        return how, values, self._secrets.plain(self.form)

    def reference_to(self, field: str) -> SecretReference:
        """The reference by which a secret of the form is, or will be, found again."""
        return self._secrets.reference(self.form, field)

    def _portable(
        self, used: Mapping[str, StoredConfigurationValue]
    ) -> dict[str, StoredConfigurationValue]:
        """Values as they are kept: without a secret, the same on whatever port the sandbox is."""
        clean = self._vault.redactor.value
        return {
            name: StoredConfigurationValue(**clean(value.model_dump()))
            for name, value in used.items()
        }
