"""What was typed and not saved: kept beside the workspace, offered to the next kernel, no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.plugin.contract import ConnectionMethod, OutboundSyncConfigurationForm
from devsession.plugin.fields import (
    FormField,
    FormFieldMappingSelector,
    FormInputField,
    FormOption,
    StaticFormOptionsDataSource,
)
from devsession.plugin.form import Form
from devsession.secrets.redact import Redactor
from devsession.session.draft_part import DraftPart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TYPED = "typed-secret-51"
KNOWN = "known-secret-77"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "drafts" / "form.json"


def connection() -> Form:
    fields: list[FormField] = [
        FormInputField(name="tenant_url", label="Tenant URL", required=True),
        FormInputField(name="api_key", label="API key", secret=True),
        FormInputField(name="notes", label="Notes"),
    ]
    return Form(
        [ConnectionMethod(name="Key", fields=fields), ConnectionMethod(name="Open", fields=[])],
        title="the connection form of Acme",
        parameters=lambda form: form,
        redact=lambda text: text,
    )


def contacts() -> Form:
    options = StaticFormOptionsDataSource(values=[FormOption(value="email", label="Email")])
    return Form(
        OutboundSyncConfigurationForm(
            fields=[], mapper=FormFieldMappingSelector(label="Fields", data_source=options)
        ),
        title="the form of the sync contacts",
        parameters=lambda form: form,
        redact=lambda text: text,
        columns=["ID", "EMAIL"],
    )


def draft_of(form: Form, file: Path, saved: Callable[[], object] = lambda: None) -> DraftPart:
    return DraftPart(form, file, saved=saved, redactor=lambda: Redactor({"other": KNOWN}))


def test_a_new_kernel_is_offered_what_was_typed(file: Path) -> None:
    first = connection()
    assert draft_of(first, file).shown() is None
    first.set("tenant_url", "https://acme.test")
    first.set("notes", "half a sen")

    second = connection()
    draft = draft_of(second, file)

    assert draft.shown() == {"labels": ["Tenant URL", "Notes"]}
    assert second.plain("notes") == ""
    assert draft.receive({"type": "bring_back"}) == "It is back, but for secrets: Save keeps it"
    assert (second.plain("tenant_url"), second.plain("notes")) == (
        "https://acme.test",
        "half a sen",
    )
    assert draft.shown() is None


def test_what_is_forgotten_is_offered_no_more(file: Path) -> None:
    first = connection()
    draft_of(first, file)
    first.choose("Open")
    draft = draft_of(connection(), file)
    assert draft.shown() == {"labels": ["method Open"]}

    assert draft.receive({"type": "forget_draft"}) == "What was not saved is forgotten"

    assert draft.shown() is None
    assert draft_of(connection(), file).shown() is None


def test_what_was_saved_since_ends_the_offer(file: Path) -> None:
    first = connection()
    draft_of(first, file, saved=lambda: None)
    first.set("notes", "typed")
    saved = ["nothing"]
    draft = draft_of(connection(), file, saved=lambda: None if saved == ["nothing"] else saved)
    assert draft.shown() == {"labels": ["Notes"]}

    saved.append("by .fill(..)")

    assert draft.shown() is None
    assert draft.receive({"type": "bring_back"}) == ""


def test_a_mapping_comes_back(file: Path) -> None:
    first = contacts()
    draft_of(first, file)
    first.map("email", "EMAIL")

    second = contacts()
    draft = draft_of(second, file)

    assert draft.shown() == {"labels": ["Fields"]}
    assert draft.receive({"type": "bring_back"}) == "It is back: Save keeps it"
    assert second.mapping is not None
    assert second.mapping.as_dict() == {"email": "EMAIL"}


def test_an_offer_outlives_what_changes_by_itself(file: Path) -> None:
    first = connection()
    draft_of(first, file)
    first.set("notes", "typed")

    second = connection()
    draft_of(second, file)
    second.reload([ConnectionMethod(name="Key", fields=[*second.fields.values()])])

    assert draft_of(connection(), file).shown() == {"labels": ["Notes"]}


def test_no_secret_is_kept(file: Path) -> None:
    form = connection()
    draft_of(form, file)

    form.set("api_key", TYPED)
    form.set("notes", "harmless")
    kept = file.read_text(encoding="utf-8")
    form.set("notes", f"the key is {TYPED}")
    typed_is_gone = not file.exists()
    form.set("notes", f"the other is {KNOWN}")

    assert "harmless" in kept
    assert TYPED not in kept
    assert typed_is_gone
    assert not file.exists()


def test_a_damaged_file_offers_nothing(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('{"over": 5')

    assert draft_of(connection(), file).shown() is None
