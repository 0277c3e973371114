"""A form being filled: by clicks, by `fill`, from saved answers, over a reload."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import DefinitionError, FormError, SecretMissingError, UnknownNameError
from devsession.plugin import (
    ConnectionMethod,
    FormCheckboxField,
    FormInputField,
    FormOption,
    OutboundSyncConfigurationForm,
    expression,
)
from devsession.plugin.form import Form
from devsession.secrets.reference import secret

from .acme import AcmeCRM, connection_form, outbound_form

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


@pytest.fixture
def plugin() -> AcmeCRM:
    return AcmeCRM()


@pytest.fixture
def connection(plugin: AcmeCRM) -> Form:
    return connection_form(plugin)


@pytest.fixture
def sync(plugin: AcmeCRM) -> Form:
    return outbound_form(plugin)


@pytest.fixture
def filled(sync: Form, plugin: AcmeCRM) -> Form:
    """The form of a sync, filled by `fill`; its calls are behind it."""
    sync.fill(object="contact", pipeline="shared", mapping={"email": "EMAIL", "phone": "ID"})
    plugin.calls.clear()
    return sync


def answers(form: Form) -> dict[str, str]:
    return {name: stored.value for name, stored in form.values.items()}


def test_a_form_calls_nothing_until_it_is_needed(sync: Form, plugin: AcmeCRM) -> None:
    assert not sync.complete
    assert sync.missing == ["object"]
    assert plugin.calls == []


def test_options_are_fetched_once(sync: Form, plugin: AcmeCRM) -> None:
    sync.describe()
    sync.describe()
    assert plugin.calls == ["objects"]


def test_options_wait_for_what_they_depend_on(sync: Form) -> None:
    assert sync.options("pipeline") == []
    sync.set("object", "deal")
    assert [option.value for option in sync.options("pipeline")] == ["sales", "shared"]


def test_a_click_fetches_only_what_depends_on_it(filled: Form, plugin: AcmeCRM) -> None:
    filled.set("object", "deal")
    assert plugin.calls == ["pipelines of deal", "fields of deals"]
    filled.set("note", "hello")
    assert plugin.calls == ["pipelines of deal", "fields of deals"]


def test_a_choice_that_is_still_offered_stays(filled: Form) -> None:
    filled.set("object", "deal")
    assert answers(filled)["pipeline"] == "shared"


def test_a_choice_that_is_not_offered_any_more_goes_and_is_said(
    filled: Form, snapshot: SnapshotAssertion
) -> None:
    filled.set("pipeline", "leads")
    filled.set("object", "deal")
    assert "pipeline" not in filled.values
    assert filled.mapping is not None
    assert filled.mapping.as_dict() == {"email": "EMAIL"}
    assert filled.notices == snapshot


def test_a_refused_click_is_an_error_at_its_field(filled: Form) -> None:
    filled.set("object", "deel")
    assert filled.errors == {"object": "'deel' is not an option; did you mean 'deal'?"}
    assert answers(filled)["object"] == "contact"
    assert not filled.complete
    filled.set("object", "deal")
    assert filled.complete


def test_a_secret_in_the_wrong_place_is_not_repeated(filled: Form) -> None:
    filled.set("object", "hush")
    assert "hush" not in filled.errors["object"]


def test_an_answer_can_be_taken_back(filled: Form) -> None:
    filled.set("object", None)
    assert "object" not in filled.values
    assert "pipeline" not in filled.values
    assert filled.mapping is None
    assert filled.missing == ["object"]


def test_what_an_option_function_raises_stands_at_the_field(
    sync: Form, plugin: AcmeCRM, snapshot: SnapshotAssertion
) -> None:
    plugin.broken = "401 for key hush"
    sync.describe()
    assert sync.errors == snapshot


def test_a_click_tries_again_what_could_not_be_fetched(sync: Form, plugin: AcmeCRM) -> None:
    plugin.broken = "the app is away"
    sync.describe()
    plugin.broken = ""
    sync.set("object", "contact")
    assert sync.errors == {}


def test_a_failing_app_drops_no_answer(filled: Form, plugin: AcmeCRM) -> None:
    filled.reload(filled.definition)
    plugin.broken = "the app is away"
    filled.describe()
    assert answers(filled)["object"] == "contact"
    assert list(filled.errors) == ["object"]


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (None, "list_objects() returned nothing, not a list of FormOption"),
        (["contact"], "list_objects() returned list, not a list of FormOption"),
        (
            [FormOption(value="a", label="A"), FormOption(value="a", label="B")],
            "list_objects() returned options with the same value: 'a'",
        ),
    ],
)
def test_an_option_function_that_returns_something_else(
    monkeypatch: pytest.MonkeyPatch, plugin: AcmeCRM, returned: object, message: str
) -> None:
    def list_objects(parameters: object) -> object:
        return returned

    monkeypatch.setattr(plugin, "list_objects", list_objects)
    sync = outbound_form(plugin)
    sync.describe()
    assert sync.errors == {"object": message}


def test_parameters_that_cannot_be_made_stand_at_the_field(
    plugin: AcmeCRM, sync: Form, snapshot: SnapshotAssertion
) -> None:
    def no_secret(form: Form) -> None:
        raise SecretMissingError("the secret ACME_API_KEY is nowhere")

    lost = Form(sync.definition, title="the form", parameters=no_secret, redact=str)
    lost.describe()
    assert lost.errors == snapshot


def test_fill_says_everything_that_is_wrong(sync: Form, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(FormError) as error:
        sync.fill(
            object="contact",
            pipelin="shared",
            language="fr",
            note=5,
            notify="perhaps",
            subject="Hello",
            mapping={"emial": "EMAIL", "name": "LSAT"},
        )
    assert str(error.value) == snapshot


def test_fill_changes_nothing_when_a_field_is_wrong(filled: Form, plugin: AcmeCRM) -> None:
    before = filled.describe()
    with pytest.raises(FormError):
        filled.fill(object="deal", note="new", language="xx")
    assert filled.describe() == before
    assert plugin.calls == ["pipelines of deal", "fields of deals"]


def test_fill_again_does_not_call_the_app_again(filled: Form, plugin: AcmeCRM) -> None:
    filled.fill(object="contact", pipeline="shared", mapping={"email": "EMAIL", "phone": "ID"})
    assert plugin.calls == []


def test_fill_keeps_what_it_does_not_name(filled: Form) -> None:
    filled.fill(note="hello")
    assert answers(filled)["pipeline"] == "shared"
    assert filled.mapping is not None
    assert filled.mapping.as_dict() == {"email": "EMAIL", "phone": "ID"}


def test_fill_of_nothing_names_what_is_required(sync: Form, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(FormError) as error:
        sync.fill()
    assert error.value.errors == snapshot


@pytest.mark.parametrize("chosen", ["contact", "deal"])
def test_fill_wants_something_mapped(sync: Form, chosen: str, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(FormError) as error:
        sync.fill(object=chosen)
    assert error.value.errors == snapshot


def test_a_mapping_waits_for_what_it_depends_on(sync: Form) -> None:
    sync.map("email", "EMAIL")
    assert sync.errors == {"mapping.email": "is asked for once 'object' is answered"}


def test_an_empty_mapping_maps_nothing(filled: Form, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(FormError) as error:
        filled.fill(object="deal", mapping={})
    assert error.value.errors == snapshot


@pytest.mark.parametrize("mapping", [[("email", "EMAIL")], "EMAIL"])
def test_a_mapping_is_a_dict(sync: Form, mapping: object, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(FormError) as error:
        sync.fill(object="contact", mapping=mapping)
    assert error.value.errors == snapshot


def test_a_wrong_field_silences_what_depends_on_it(sync: Form) -> None:
    with pytest.raises(FormError) as error:
        sync.fill(object="deel", pipeline="sales", mapping={"amount": "ID"})
    assert list(error.value.errors) == ["object"]


@pytest.mark.parametrize("label", ["Contact", "CONTACT"])
def test_a_label_is_not_a_value(sync: Form, label: str) -> None:
    with pytest.raises(FormError) as error:
        sync.fill(object=label)
    assert error.value.errors["object"] == (
        f"{label!r} is not an option; it is the label of 'contact'"
    )


def test_a_failing_app_fails_fill_at_the_field(
    sync: Form, plugin: AcmeCRM, snapshot: SnapshotAssertion
) -> None:
    plugin.broken = "401 for key hush"
    with pytest.raises(FormError) as error:
        sync.fill(object="contact", mapping={"email": "EMAIL"})
    assert error.value.errors == snapshot


def test_the_metadata_of_a_choice_is_kept(filled: Form) -> None:
    assert filled.values["object"].metadata == {"plural": "contacts"}
    assert filled.mapping is not None
    assert filled.mapping.field_mappings[0].app_metadata == {"type": "text"}


def test_defaults_are_answers(filled: Form) -> None:
    assert answers(filled) == {
        "object": "contact",
        "pipeline": "shared",
        "language": "en",
        "note": "",
        "notify": "false",
    }


def test_plain_answers_are_what_fill_takes(filled: Form) -> None:
    assert filled.plain("object") == "contact"
    assert filled.plain("notify") is False
    assert filled.plain("subject") is None


def test_a_ticked_box_asks_for_what_depends_on_it(filled: Form) -> None:
    filled.set("notify", True)
    assert filled.missing == ["subject"]
    filled.set("subject", "Hello")
    assert filled.complete
    filled.set("notify", False)
    assert "subject" not in filled.values


def test_expressions_are_mapped(filled: Form) -> None:
    name = expression("FIRST || ' ' || LAST")
    filled.fill(mapping={"email": "EMAIL", "name": name})
    assert filled.mapping is not None
    assert filled.mapping.as_dict() == {"email": "EMAIL", "name": name}


def test_a_field_of_the_app_is_mapped_by_a_click(filled: Form) -> None:
    filled.map("name", "FIRST")
    filled.map("phone", None)
    filled.map("nmae", "LAST")
    assert filled.mapping is not None
    assert filled.mapping.as_dict() == {"email": "EMAIL", "name": "FIRST"}
    assert filled.errors == {"mapping.nmae": "the app has no such field; did you mean 'name'?"}


def test_a_required_field_of_the_app_that_is_unmapped_is_missing(filled: Form) -> None:
    filled.map("email", None)
    assert filled.missing == ["mapping"]


def test_secrets_are_kept_apart(connection: Form) -> None:
    connection.fill(tenant_url="https://acme.test", api_key=secret("ACME_API_KEY"))
    assert answers(connection) == {"tenant_url": "https://acme.test"}
    assert connection.secrets == {"api_key": secret("ACME_API_KEY")}


def test_a_typed_secret_is_shown_nowhere(connection: Form, snapshot: SnapshotAssertion) -> None:
    connection.set("tenant_url", "https://acme.test")
    connection.set("api_key", "hush")
    shown = [connection.describe(), vars(connection)]
    assert connection.secrets == {"api_key": "hush"}
    assert "hush" not in f"{connection} {shown}"
    assert connection.describe() == snapshot


def test_a_secret_is_text_or_a_reference(connection: Form) -> None:
    with pytest.raises(FormError) as error:
        connection.fill(tenant_url="https://acme.test", api_key=12345)
    assert error.value.errors == {"api_key": 'takes text or secret("NAME"), not int'}


def test_a_reference_is_for_secrets_only(connection: Form) -> None:
    with pytest.raises(FormError) as error:
        connection.fill(tenant_url=secret("TENANT"), api_key="hush")
    assert error.value.errors == {"tenant_url": "takes text, not SecretReference"}


def test_one_of_several_methods_is_filled(connection: Form) -> None:
    connection.fill(tenant_url="https://acme.test", api_key="hush")
    connection.fill(method="Password", user="ann", password="hush too")
    assert connection.method == "Password"
    assert answers(connection) == {"tenant_url": "https://acme.test", "user": "ann"}
    assert connection.secrets == {"password": "hush too"}


def test_going_back_to_a_method_finds_its_answers(connection: Form) -> None:
    connection.fill(tenant_url="https://acme.test", api_key="hush")
    connection.choose("Password")
    connection.choose("API Key")
    assert connection.complete


def test_a_method_that_cannot_be_filled_is_not_chosen(connection: Form) -> None:
    with pytest.raises(FormError):
        connection.fill(method="Password")
    assert connection.method == "API Key"


def test_an_unknown_method(connection: Form, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(FormError) as error:
        connection.fill(method="API key")
    assert str(error.value) == snapshot


def test_a_field_called_method_goes_first() -> None:
    shipping = FormInputField(name="method", label="Shipping method")
    form = Form(
        [ConnectionMethod(name="API Key", fields=[shipping])],
        title="the connection form",
        parameters=lambda form: None,
        redact=str,
    )
    form.fill(method="by sea")
    assert answers(form) == {"method": "by sea"}


@pytest.mark.parametrize("call", ["set", "options", "is_set"])
def test_an_unknown_field(connection: Form, call: str, snapshot: SnapshotAssertion) -> None:
    arguments = {"set": ("api_kye", "hush")}.get(call, ("api_kye",))
    with pytest.raises(UnknownNameError) as error:
        getattr(connection, call)(*arguments)
    assert str(error.value) == snapshot


def test_saved_answers_come_back_without_a_call(filled: Form) -> None:
    plugin = AcmeCRM()
    fresh = outbound_form(plugin)
    fresh.restore(filled.values, filled.secrets, mapping=filled.mapping)
    assert fresh.complete
    assert fresh.values == filled.values
    assert plugin.calls == []


def test_saved_answers_are_held_against_options_when_those_are_fetched(filled: Form) -> None:
    fresh = outbound_form(AcmeCRM())
    saved = filled.values | {"pipeline": FormOption(value="closed", label="").stored()}
    fresh.restore(saved, {}, mapping=filled.mapping)
    fresh.describe()
    assert fresh.notices == {"pipeline": "'closed' is not an option any more"}
    assert "pipeline" not in fresh.values


def test_a_saved_method_comes_back(connection: Form) -> None:
    connection.restore({}, {"password": secret("ACME_PASSWORD")}, method="Password")
    assert connection.method == "Password"
    assert connection.missing == ["tenant_url", "user"]


def test_a_reload_keeps_answers_that_still_fit(filled: Form, snapshot: SnapshotAssertion) -> None:
    filled.set("note", "hello")
    kept = [field for field in filled.definition.fields if field.name in ("object", "pipeline")]
    note = FormCheckboxField(name="note", label="Note")
    filled.reload(OutboundSyncConfigurationForm(fields=[*kept, note]))
    assert answers(filled) == {"object": "contact", "pipeline": "shared", "note": "false"}
    assert filled.notices == snapshot


def test_a_reload_fetches_anew(filled: Form, plugin: AcmeCRM) -> None:
    filled.reload(filled.definition)
    filled.describe()
    assert plugin.calls == ["objects", "pipelines of contact", "fields of contacts"]


def test_a_column_that_is_gone_is_not_mapped_any_more(
    filled: Form, snapshot: SnapshotAssertion
) -> None:
    filled.take_columns(["EMAIL", "FIRST"])
    filled.describe()
    assert filled.mapping is not None
    assert filled.mapping.as_dict() == {"email": "EMAIL"}
    assert filled.notices == snapshot


@pytest.mark.parametrize(
    "definition",
    [None, [], "API Key", FormInputField(name="key", label="Key")],
    ids=["None", "empty list", "text", "field"],
)
def test_a_plugin_that_returns_no_form(definition: object, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(DefinitionError) as error:
        Form(definition, title="the form", parameters=lambda form: None, redact=str)  # type: ignore[arg-type]
    assert str(error.value) == snapshot


def test_two_methods_of_one_name(snapshot: SnapshotAssertion) -> None:
    method = ConnectionMethod(name="API Key", fields=[])
    with pytest.raises(DefinitionError) as error:
        Form([method, method], title="the form", parameters=lambda form: None, redact=str)
    assert str(error.value) == snapshot


def test_a_form_that_is_refused_leaves_the_one_before(connection: Form) -> None:
    connection.fill(tenant_url="https://acme.test", api_key="hush")
    with pytest.raises(DefinitionError):
        connection.reload([])
    assert connection.complete


def test_changes_are_told(connection: Form) -> None:
    told: list[str] = []
    connection.on_change(lambda: told.append(repr(connection)))
    connection.set("tenant_url", "https://acme.test")
    connection.fill(api_key="hush")
    assert told == [
        "<the connection form of AcmeCRM, not complete, missing: api_key>",
        "<the connection form of AcmeCRM, complete>",
    ]


def test_a_refused_fill_is_not_told(connection: Form) -> None:
    told: list[str] = []
    connection.on_change(lambda: told.append("changed"))
    with pytest.raises(FormError):
        connection.fill(tenant_url="https://acme.test")
    assert told == []


def test_a_form_is_described_as_json(filled: Form, snapshot: SnapshotAssertion) -> None:
    filled.set("language", "fr")
    filled.map("name", expression("FIRST || LAST"))
    assert filled.describe() == snapshot
