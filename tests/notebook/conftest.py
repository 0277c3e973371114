"""Forms to fill and exchanges to show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from devsession.notebook.form_widget import FormWidget
from devsession.plugin.contract import ConnectionMethod, OutboundSyncConfigurationForm
from devsession.plugin.fields import (
    DynamicFormOptionsDataSource,
    FormCheckboxField,
    FormDropdownField,
    FormFieldMappingSelector,
    FormInputField,
    FormOption,
    StaticFormOptionsDataSource,
)
from devsession.plugin.form import Form
from devsession.recording import exchange as recording

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Exchange(recording.Exchange):
    """One exchange with the app that went well, unless said otherwise."""

    method: str = "GET"
    url: str = "http://sandbox.test/contacts"
    status: int | None = 200
    reason: str = "OK"
    response_body: bytes = b'{"contacts":[]}'
    seconds: float = 0.2


@dataclass
class Page:
    """The page's side of a widget: sends messages, and sees the state that comes back."""

    widget: FormWidget
    done: list[str] = field(default_factory=list)
    sent: int = 0

    def send(self, **message: Any) -> None:
        """Send a message as the page does, with an id of its own."""
        self.sent += 1
        self.widget._handle_custom_msg({**message, "id": f"page-{self.sent}"}, [])

    @property
    def state(self) -> dict[str, Any]:
        """What the page draws."""
        return dict(self.widget.state)

    def field(self, name: str) -> dict[str, Any]:
        """What the page draws of one field."""
        return next(field for field in self.state["fields"] if field["name"] == name)


def options(*values: str) -> list[FormOption]:
    return [FormOption(value=value, label=value.title()) for value in values]


def app_fields(_parameters: object) -> list[FormOption]:
    email = FormOption(value="email", label="Email", required=True, unique=True)
    return [email, *options("first", "last")]


@pytest.fixture
def connection_form() -> Form:
    """A form with an address, a secret, and a dropdown that waits for the address."""
    regions = DynamicFormOptionsDataSource(source_function=lambda _: options("eu", "us"))
    fields = [
        FormInputField(name="tenant_url", label="Tenant URL", required=True),
        FormInputField(name="api_key", label="API key", required=True, secret=True),
        FormDropdownField(
            name="region", label="Region", depends_on="tenant_url", data_source=regions
        ),
        FormCheckboxField(name="verify", label="Verify certificates", default_value=True),
    ]
    methods = [
        ConnectionMethod(name="API Key", fields=fields),
        ConnectionMethod(name="Anonymous", fields=fields[:1]),
    ]
    return Form(
        methods,
        title="the connection form of Acme",
        parameters=lambda form: form.values,
        redact=lambda text: text,
    )


@pytest.fixture
def sync_form() -> Form:
    """A form with an object and a mapper over four columns."""
    objects = StaticFormOptionsDataSource(values=options("contact", "company"))
    definition = OutboundSyncConfigurationForm(
        fields=[FormDropdownField(name="object", label="Object", data_source=objects)],
        mapper=FormFieldMappingSelector(
            label="Fields",
            depends_on="object",
            data_source=DynamicFormOptionsDataSource(source_function=app_fields),
        ),
    )
    return Form(
        definition,
        title="the form of the sync contacts",
        parameters=lambda form: form.values,
        redact=lambda text: text,
        columns=["ID", "EMAIL", "FIRST", "LAST"],
    )


@pytest.fixture
def connection_page(connection_form: Form) -> Iterator[Page]:
    """The connection form on a page; what its buttons did is in `done`."""
    done: list[str] = []

    def test() -> str:
        done.append("test")
        return "connected: Acme"

    def save() -> str:
        done.append("save")
        return "saved"

    widget = FormWidget(
        connection_form,
        title="Connect to Acme",
        on_test=test,
        on_save=save,
        fill_call=lambda: 'session.connection.fill(api_key=secret("ACME_API_KEY"))',
    )
    yield Page(widget, done)
    widget.close()


@pytest.fixture
def sync_page(sync_form: Form) -> Iterator[Page]:
    """The form of a sync on a page; it has no Test."""
    widget = FormWidget(
        sync_form,
        title="Sync contacts",
        on_save=lambda: "saved",
        fill_call=lambda: "contacts.fill(..)",
    )
    yield Page(widget)
    widget.close()
