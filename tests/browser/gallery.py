"""Every form and every report, each in a state that shows much of it; one notebook holds them all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.display import HTML

from devsession.errors import ConnectError
from devsession.notebook.form_parts import FormPart
from devsession.notebook.form_widget import FormWidget
from devsession.plugin.contract import ConnectionMethod
from devsession.plugin.fields import FormCheckboxField, FormInputField, FormTextAreaField
from devsession.plugin.form import Form
from tests.browser import (
    creator_forms,
    forms,
    loading_forms,
    mapper_forms,
    stream_forms,
    template_forms,
)
from tests.browser.stored_outputs import PICTURES

if TYPE_CHECKING:
    from collections.abc import Callable

URL = FormInputField(
    name="tenant_url",
    label="Tenant URL",
    required=True,
    help_text="As in the address bar when you are signed in, without a path: https://acme.example",
)
KEY = FormInputField(name="api_key", label="API key", required=True, secret=True)

REPORTS = [name for name, shown in PICTURES.items() if not isinstance(shown, FormWidget)]


def connection_form() -> Form:
    """Two methods, two ways to the app."""
    return Form(
        [
            ConnectionMethod(
                name="API key",
                description="A key of a user who may read and write contacts.",
                fields=[URL, KEY, FormCheckboxField(name="verify", label="Verify certificates")],
            ),
            ConnectionMethod(
                name="Service account", fields=[URL, FormTextAreaField(name="notes", label="Notes")]
            ),
        ],
        title="the connection form of Acme",
        parameters=lambda form: form,
        redact=lambda text: text,
        connectivity_options=["direct", "ngrok"],
    )


class Standing(FormPart):
    """A part of a form's page that always shows the same."""

    def __init__(self, **shown: Any) -> None:
        self._shown = shown

    def shown(self) -> dict[str, Any]:
        return dict(self._shown)


def choice(label: str, value: str, **more: str) -> dict[str, Any]:
    """A dropdown, as a part of the page has it."""
    about = {"name": label.lower(), "label": label, "type": "dropdown", "secret": False}
    filled = {"required": True, "depends_on": None, "waits_for": "", "is_set": True}
    return {**about, **filled, "help": "", "error": "", "notice": "", **more, "value": value}


def options(*names: str) -> list[dict[str, Any]]:
    """What a dropdown offers."""
    return [{"value": name, "label": name, "disabled": False} for name in names]


SIGN_IN = Standing(
    address="https://acme.example/oauth/authorize?client_id=practice&state=3f1c",
    redirect="http://127.0.0.1:43117/callback",
    then="the connection is saved by itself",
)
DRAFT = Standing(labels=["Tenant URL", "Notes"])
SOURCE = Standing(
    at="PEOPLE",
    problem="",
    fields=[
        choice("Source", "PEOPLE"),
        choice("Identifier", "CITY · text", error="2 rows of 212 have the same value"),
        choice("Strategy", "Upsert · Create, Update", help="new: Create; changed: Update"),
    ],
    offered={
        "source": options("PEOPLE", "CONTACTS", "A query"),
        "identifier": options("CITY · text", "ID · number"),
        "strategy": options("Upsert · Create, Update", "Mirror · Create, Update, Delete"),
    },
)


def refuse() -> str:
    raise ConnectError(
        "Acme cannot be reached",
        tried="GET https://nowhere.acme.example/api/v2/me: the name is not known",
        next_step="check the Tenant URL, then Test again",
    )


def connection(title: str, form: Form, **more: Any) -> FormWidget:
    """A connection form that is tested and saved."""
    call = (
        'session.connection.fill(tenant_url="https://acme.example", api_key=secret("ACME_API_KEY"))'
    )
    return FormWidget(form, title=title, fill_call=lambda: call, **{"on_save": str, **more})


def filled() -> Form:
    form = connection_form()
    form.fill(tenant_url="https://nowhere.acme.example", api_key="k-1", verify=True)
    return form


def mapped() -> FormWidget:
    """The mapper with columns, a mistake and suggestions, below what the sync begins with."""
    mapper_forms.form.map("notes", "FIRST_NAME")
    mapper_forms.form.map("mobile", "PHONE_NUMBER")
    mapper_forms.form.map("city", "CITTY")
    mapper_forms.form.match()
    return FormWidget(
        mapper_forms.form,
        title="Sync people",
        on_save=str,
        fill_call=lambda: "people.fill(..)",
        sample=mapper_forms.sample,
        parts={"source": SOURCE},
    )


def away() -> FormWidget:
    """A form whose option function raises."""
    for file in ("acme.allowed", "acme.broken"):
        Path(file).touch()
    loading_forms.form.set("tenant", "acme")
    return loading_forms.widget


def tagged() -> FormWidget:
    """Every type of field, one with two choices."""
    forms.wide_form.set("tags", ["red", "blue"])
    return forms.wide


def written(template: str) -> FormWidget:
    """A template over people."""
    template_forms.form.write(template)
    return template_forms.widget


def mistaken() -> FormWidget:
    """A template that cannot be right."""
    forms.template_form.write("Hello {{ row.full }},\n\nwelcome to Acme.")
    return forms.template


def picture(widget: FormWidget) -> HTML:
    """A form where there are no widgets."""
    return HTML(widget._repr_mimebundle_()[0]["text/html"])


walked_form = connection_form()
walked = connection(
    "Without a mouse",
    walked_form,
    on_test=lambda: f"connected to {walked_form.plain('tenant_url')}",
    on_save=lambda: f"saved with {walked_form.secrets['api_key']}",
)

FORMS: dict[str, Callable[[], object]] = {
    "without a mouse": lambda: walked,
    "missing": lambda: connection(
        "Missing", connection_form(), on_test=refuse, parts={"draft": DRAFT}
    ),
    "refused": lambda: connection("Refused", filled(), on_test=refuse),
    "sign-in": lambda: connection("Sign in", filled(), parts={"sign_in": SIGN_IN}),
    "every field": tagged,
    "keys": lambda: creator_forms.connection,
    "creator": lambda: creator_forms.sync,
    "options that do not come": away,
    "mapper": mapped,
    "streams": stream_forms.chosen,
    "template": lambda: written('{"name": "{{ row.NAME | polite }}",\n "from": "{{ row.CITY }}"}'),
    "template with a mistake": mistaken,
}
PICTURES_OF_FORMS: dict[str, Callable[[], object]] = {
    "form without widgets": lambda: picture(connection("Picture", filled())),
    "sync without widgets": lambda: picture(forms.sync),
}
SHOWN = {
    **FORMS,
    **PICTURES_OF_FORMS,
    **{name: lambda name=name: PICTURES[name] for name in REPORTS},
}
CELLS = [f"from tests.browser import gallery\ngallery.SHOWN[{name!r}]()" for name in SHOWN]
# What is clicked before anybody looks: the form's title, and the button.
CLICKED = [
    ("Missing", "Test"),
    ("Refused", "Test"),
    ("Sync contacts", "New option for List"),
    ("Sync everything", "Save"),
]
