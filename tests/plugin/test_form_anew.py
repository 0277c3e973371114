"""Forms that become other forms while they are filled, and options that are added meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import DefinitionError, FormError, PluginRaisedError, UnknownNameError
from devsession.plugin import (
    ConnectionMethod,
    DynamicFormOptionsDataSource,
    FormDropdownField,
    FormFieldMappingSelector,
    FormInputField,
    FormOption,
    FormTextAreaField,
    NewOptionCreator,
    OutboundSyncConfigurationForm,
    StaticFormOptionsDataSource,
)
from devsession.plugin.form import Form
from devsession.plugin.mapping import StoredFieldMapping, StoredFieldMappings

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from devsession.plugin import StoredConfigurationValue


class Shop:
    """A plugin's side of a form: which kind of thing decides what else is asked for."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.broken = ""

    def form(self, values: dict[str, StoredConfigurationValue]) -> OutboundSyncConfigurationForm:
        plain = {name: stored.value for name, stored in values.items()}
        self.asked.append(plain)
        if self.broken:
            raise PluginRaisedError("form() of Shop raised ValueError", tried=self.broken)
        kinds = [FormOption(value="order", label="Order"), FormOption(value="item", label="Item")]
        lists = {"order": ["open", "all"], "item": ["all"]}.get(plain.get("kind", ""), [])
        extra = {
            "order": FormInputField(name="prefix", label="Prefix", required=True),
            "item": FormInputField(
                name="size", label="Size", default_value="M", reload_on_change=True
            ),
        }
        fields = [
            FormDropdownField(
                name="kind",
                label="Kind",
                required=True,
                reload_on_change=True,
                data_source=StaticFormOptionsDataSource(values=kinds),
            ),
            FormInputField(name="note", label="Note"),
            FormDropdownField(
                name="lists",
                label="Lists",
                multi_select=True,
                depends_on="kind",
                data_source=StaticFormOptionsDataSource(
                    values=[FormOption(value=name, label=name.title()) for name in lists],
                    new_option_creator=NewOptionCreator(
                        creation_form_function=self.list_form,
                        creation_complete_function=self.new_list,
                    ),
                ),
            ),
        ]
        known = extra.get(plain.get("kind", ""))
        return OutboundSyncConfigurationForm(fields=[*fields, *([known] if known else [])])

    def list_form(self, parameters: Any) -> list[FormInputField]:
        return [
            FormInputField(name="name", label=f"Name of {parameters['kind'].value}", required=True),
            FormTextAreaField(name="about", label="About"),
        ]

    def new_list(self, parameters: Any, values: dict[str, StoredConfigurationValue]) -> FormOption:
        if self.broken:
            raise ConnectionError(self.broken)
        name = values["name"].value
        return FormOption(value=name.lower(), label=name, metadata={"of": parameters["kind"].value})


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def form(shop: Shop) -> Form:
    return new_form(shop)


def new_form(shop: Shop) -> Form:
    made = Form(
        shop.form({}),
        title="the form of the shop",
        parameters=lambda form: form.values,
        redact=lambda text: text.replace("hush", "REDACTED"),
        ask=lambda form: shop.form(form.values),
    )
    shop.asked.clear()
    return made


def test_a_change_asks_for_the_whole_form_with_the_answers_so_far(form: Form, shop: Shop) -> None:
    form.set("note", "hello")
    assert shop.asked == []
    form.set("kind", "order")
    assert shop.asked == [{"kind": "order", "note": "hello"}]
    assert form.missing == ["prefix"]


def test_the_same_answer_again_asks_for_nothing(form: Form, shop: Shop) -> None:
    form.set("kind", "order")
    form.set("kind", "order")
    form.set("kind", "odrer")
    assert len(shop.asked) == 1
    assert list(form.errors) == ["kind"]


def test_fill_reaches_fields_that_an_earlier_answer_brings(form: Form, shop: Shop) -> None:
    form.fill(prefix="A-", kind="order", lists=["open"])
    assert form.plain("prefix") == "A-"
    assert len(shop.asked) == 1


def test_answers_that_still_fit_stay_and_those_that_do_not_are_said(form: Form) -> None:
    form.fill(kind="order", prefix="A-", note="hello", lists=["open", "all"])
    form.set("kind", "item")
    form.describe()
    assert {name: form.plain(name) for name in form.values} == {
        "kind": "item",
        "note": "hello",
        "lists": ["all"],
        "size": "M",
    }
    assert form.notices == {"lists": "'open' is not an option any more"}


def test_a_field_that_went_away_is_no_field_to_fill(form: Form) -> None:
    form.fill(kind="order", prefix="A-")
    with pytest.raises(FormError) as error:
        form.fill(kind="item", prefix="B-")
    assert list(error.value.errors) == ["prefix"]
    assert form.plain("kind") == "order"
    assert form.plain("prefix") == "A-"


def test_what_the_plugin_raises_stands_at_the_field(
    form: Form, shop: Shop, snapshot: SnapshotAssertion
) -> None:
    shop.broken = "no such kind, hush"
    form.set("kind", "order")
    assert form.errors == snapshot
    shop.broken = ""
    form.set("kind", "order")
    assert form.errors == {}
    assert form.missing == ["prefix"]


def test_a_fill_that_the_plugin_fails_changes_nothing(form: Form, shop: Shop) -> None:
    shop.broken = "no such kind"
    with pytest.raises(FormError) as error:
        form.fill(kind="order")
    assert list(error.value.errors) == ["kind"]
    assert form.values.keys() == {"note"}


def test_a_form_that_always_has_another_field_ends(form: Form, shop: Shop) -> None:
    form.fill(kind="item", size="L")
    assert [asked.get("size") for asked in shop.asked] == [None, "L"]


def test_restored_answers_bring_the_form_that_they_are_of(form: Form, shop: Shop) -> None:
    form.fill(kind="item", size="L", lists=["all"])
    fresh = new_form(shop)
    fresh.restore(form.values, {})
    assert fresh.complete
    assert fresh.values == form.values


def test_an_option_is_added_and_chosen(form: Form) -> None:
    form.fill(kind="order", prefix="A-", lists=["open"])
    option = form.create_option("lists", name="Ürgent")
    assert option.value == "ürgent"
    assert form.plain("lists") == ["open", "ürgent"]
    assert form.values["lists"].metadata == {"open": {}, "ürgent": {"of": "order"}}
    assert [each.label for each in form.options("lists")] == ["Open", "All", "Ürgent"]
    form.fill(lists=["ürgent"])
    assert form.plain("lists") == ["ürgent"]


def test_an_option_is_asked_for_by_clicks(form: Form) -> None:
    form.fill(kind="order", prefix="A-")
    form.creator("lists").set("about", "made by hand")
    form.creator("lists").set("name", "Late")
    form.create_option("lists")
    assert form.plain("lists") == ["late"]
    assert form.creator("lists").plain("name") == ""


def test_an_option_that_was_added_is_not_offered_elsewhere(form: Form) -> None:
    form.fill(kind="order", prefix="A-")
    form.create_option("lists", name="Late")
    form.set("kind", "item")
    form.describe()
    assert "lists" not in form.values


def test_a_choice_that_was_added_before_a_restart_stays(form: Form, shop: Shop) -> None:
    form.fill(kind="order", prefix="A-")
    form.create_option("lists", name="Late")
    fresh = new_form(shop)
    fresh.restore(form.values, {})
    fresh.describe()
    fresh.fill(lists=["late", "all"])
    assert fresh.plain("lists") == ["late", "all"]
    assert fresh.values["lists"].metadata["late"] == {"of": "order"}


def with_a_mapper(shop: Shop) -> Form:
    """A form that maps fields of an app, to which one can be added."""
    creator = NewOptionCreator(
        creation_form_function=shop.list_form, creation_complete_function=shop.new_list
    )
    source = StaticFormOptionsDataSource(
        values=[FormOption(value="id", label="Id")], new_option_creator=creator
    )
    mapper = FormFieldMappingSelector(depends_on="kind", data_source=source)
    kind = FormInputField(name="kind", label="Kind")
    return Form(
        OutboundSyncConfigurationForm(fields=[kind], mapper=mapper),
        title="the form of the shop",
        parameters=lambda form: form.values,
        redact=lambda text: text,
        columns=["ID", "NAME"],
    )


def test_a_field_of_the_app_is_added_and_mapped(shop: Shop) -> None:
    form = with_a_mapper(shop)
    form.set("kind", "order")
    assert form.create_option("mapping", name="Colour").value == "colour"
    assert [each.label for each in form.app_fields()] == ["Id", "Colour"]
    form.fill(mapping={"id": "ID", "colour": "NAME"})
    assert form.mapping == StoredFieldMappings(
        field_mappings=[
            StoredFieldMapping(source_type="column_name", source_value="ID", app_field="id"),
            StoredFieldMapping(
                source_type="column_name",
                source_value="NAME",
                app_field="colour",
                app_metadata={"of": "order"},
            ),
        ]
    )


def test_a_field_of_the_app_that_was_added_before_a_restart_stays(shop: Shop) -> None:
    form = with_a_mapper(shop)
    form.set("kind", "order")
    form.create_option("mapping", name="Colour")
    form.map("colour", "NAME")
    fresh = with_a_mapper(shop)
    fresh.restore(form.values, {}, mapping=form.mapping)
    fresh.describe()
    assert fresh.mapping == form.mapping
    assert fresh.notices == {}


def test_a_field_of_the_app_is_added_once_the_mapper_is_asked_for(shop: Shop) -> None:
    form = with_a_mapper(shop)
    with pytest.raises(FormError) as error:
        form.creator("mapping")
    assert error.value.errors == {"mapping": "is asked for once 'kind' is answered"}


def test_a_new_option_is_refused_at_its_fields(form: Form, snapshot: SnapshotAssertion) -> None:
    form.fill(kind="order", prefix="A-")
    with pytest.raises(FormError) as error:
        form.create_option("lists", nmae="Late")
    assert str(error.value) == snapshot
    assert form.options("lists")[2:] == []


def test_an_option_that_cannot_be_made_is_an_error_at_the_field(
    form: Form, shop: Shop, snapshot: SnapshotAssertion
) -> None:
    form.fill(kind="order", prefix="A-", lists=["open"])
    shop.broken = "401 for key hush"
    with pytest.raises(FormError) as error:
        form.create_option("lists", name="Late")
    assert error.value.errors == snapshot
    assert form.plain("lists") == ["open"]


@pytest.mark.parametrize("name", ["kind", "lists", "note"])
def test_a_field_that_takes_no_new_option(
    form: Form, name: str, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(FormError) as error:
        form.creator(name)
    assert str(error.value) == snapshot


@pytest.mark.parametrize(("fields", "made"), [(None, None), ([], "late")])
def test_functions_of_a_creator_that_return_something_else(
    form: Form, fields: object, made: object, snapshot: SnapshotAssertion
) -> None:
    def list_form(parameters: object) -> Any:
        return fields

    def new_list(parameters: object, values: object) -> Any:
        return made

    creator = NewOptionCreator(
        creation_form_function=list_form, creation_complete_function=new_list
    )
    lists = FormDropdownField(
        name="lists",
        label="Lists",
        data_source=StaticFormOptionsDataSource(values=[], new_option_creator=creator),
    )
    form.reload(OutboundSyncConfigurationForm(fields=[lists]))
    with pytest.raises(FormError) as error:
        form.create_option("lists")
    assert error.value.errors == snapshot


def test_a_creator_asks_for_no_secret(form: Form, snapshot: SnapshotAssertion) -> None:
    creator = NewOptionCreator(
        creation_form_function=lambda parameters: [
            FormInputField(name="key", label="Key", secret=True)
        ],
        creation_complete_function=lambda parameters, values: FormOption(value="a", label="A"),
    )
    source = DynamicFormOptionsDataSource(
        source_function=lambda parameters: [], new_option_creator=creator
    )
    lists = FormDropdownField(name="lists", label="Lists", data_source=source)
    form.reload(OutboundSyncConfigurationForm(fields=[lists]))
    with pytest.raises(DefinitionError) as error:
        form.creator("lists")
    assert error.value.tried == snapshot


def connection_form(option: str) -> list[ConnectionMethod]:
    if option == "privatelink":
        raise PluginRaisedError("connection_form() of Acme raised KeyError")
    url = FormInputField(name="url", label="URL", required=True)
    token = FormInputField(name="tunnel", label=f"Tunnel of {option}", required=True)
    return [ConnectionMethod(name="Key", fields=[url, token] if option == "ngrok" else [url])]


@pytest.fixture
def connection() -> Form:
    return Form(
        connection_form("direct"),
        title="the connection form of Acme",
        parameters=lambda form: form.values,
        redact=str,
        ask=lambda form: connection_form(form.connectivity_option),
        connectivity_options=["direct", "ngrok", "privatelink"],
    )


def test_the_connectivity_decides_which_form_is_filled(connection: Form) -> None:
    connection.fill(url="https://acme.test")
    connection.fill(connectivity_option="ngrok", tunnel="t1")
    assert connection.connectivity_option == "ngrok"
    assert connection.plain("url") == "https://acme.test"
    connection.connect_by("direct")
    assert list(connection.values) == ["url"]
    connection.connect_by("ngrok")
    assert connection.complete


def test_a_connectivity_that_cannot_be_filled_is_not_chosen(connection: Form) -> None:
    with pytest.raises(FormError) as error:
        connection.fill(connectivity_option="ngrok", url="https://acme.test")
    assert error.value.errors == {"tunnel": "is required"}
    assert connection.connectivity_option == "direct"
    assert list(connection.fields) == ["url"]


def test_a_connectivity_without_a_form_leaves_the_one_before(connection: Form) -> None:
    connection.fill(url="https://acme.test")
    with pytest.raises(PluginRaisedError):
        connection.connect_by("privatelink")
    with pytest.raises(PluginRaisedError):
        connection.fill(connectivity_option="privatelink")
    assert connection.connectivity_option == "direct"
    assert connection.complete


def test_a_connectivity_that_is_not_supported(
    connection: Form, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(FormError) as error:
        connection.fill(connectivity_option="ngork", url="https://acme.test")
    assert error.value.errors == snapshot(name="fill")
    with pytest.raises(UnknownNameError) as unknown:
        connection.connect_by("tunnel")  # type: ignore[arg-type]
    assert str(unknown.value) == snapshot(name="connect_by")


def test_a_connectivity_that_is_not_supported_any_more_goes_back_to_the_first(
    connection: Form,
) -> None:
    connection.fill(connectivity_option="ngrok", url="https://acme.test", tunnel="t1")
    connection.reload(connection_form("direct"), connectivity_options=["direct"])
    assert connection.connectivity_option == "direct"
    assert connection.complete
