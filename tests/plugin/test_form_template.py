"""A form with a template: what it takes, refuses, keeps and gives back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import FormError, UsageError
from devsession.plugin import (
    FormDropdownField,
    FormFieldMappingSelector,
    FormJinjaTemplate,
    FormOption,
    OutboundSyncConfigurationForm,
    StaticFormOptionsDataSource,
    StoredFieldMappings,
    StoredJinjaTemplate,
    expression,
)
from devsession.plugin.form import Form

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

OPTIONS = StaticFormOptionsDataSource(values=[FormOption(value="contact", label="Contact")])
OBJECT = FormDropdownField(name="object", label="Object", required=True, data_source=OPTIONS)
WITH_TEMPLATE = OutboundSyncConfigurationForm(
    fields=[OBJECT], mapper=FormJinjaTemplate(depends_on="object")
)
WITH_FIELDS = OutboundSyncConfigurationForm(
    fields=[OBJECT], mapper=FormFieldMappingSelector(data_source=OPTIONS)
)
TEMPLATE = "{{ row.EMAIL | polite }} {{ row.initial }}"
INITIAL = {"initial": expression("left(FIRST_NAME, 1)")}


def polite(text: str) -> str:
    """Address somebody. As one should."""
    return f"Dear {text}"


def form_of(definition: OutboundSyncConfigurationForm) -> Form:
    return Form(
        definition,
        title="the form of the sync 'people'",
        parameters=lambda form: form.values,
        redact=lambda text: text,
        columns=["ID", "EMAIL", "FIRST_NAME"],
        filters={"polite": polite},
    )


@pytest.fixture
def form() -> Form:
    return form_of(WITH_TEMPLATE)


@pytest.fixture
def filled(form: Form) -> Form:
    form.fill(object="contact", template=TEMPLATE, columns=INITIAL)
    return form


def test_what_it_stores(filled: Form) -> None:
    assert filled.complete
    assert filled.mapping == StoredJinjaTemplate(
        jinja_template=TEMPLATE,
        additional_column_expressions={"initial": "left(FIRST_NAME, 1)"},
    )


def test_what_is_not_given_stays(filled: Form) -> None:
    filled.fill(template="{{ row.initial }}")
    filled.fill(object="contact")

    assert filled.mapping == StoredJinjaTemplate(
        jinja_template="{{ row.initial }}",
        additional_column_expressions={"initial": "left(FIRST_NAME, 1)"},
    )


def test_columns_are_replaced_as_a_whole(filled: Form) -> None:
    filled.fill(template="{{ row.two }}", columns={"two": expression("2")})

    assert filled.mapping == StoredJinjaTemplate(
        jinja_template="{{ row.two }}", additional_column_expressions={"two": "2"}
    )


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({"template": "{{ row.FIRST }}"}, id="unknown column"),
        pytest.param({"template": "Hello\n{{ row.EMAIL | poltie }}"}, id="unknown filter"),
        pytest.param({"template": "{% if row.EMAIL %}"}, id="syntax"),
        pytest.param({"template": " "}, id="empty"),
        pytest.param({}, id="not given"),
        pytest.param({"template": 5}, id="no text"),
        pytest.param({"template": "x", "columns": ["full"]}, id="a list of columns"),
        pytest.param({"template": "x", "columns": {"full": "EMAIL"}}, id="a column for a column"),
        pytest.param({"template": "x", "columns": {"EMAIL": expression("1")}}, id="a name taken"),
        pytest.param({"template": "x", "columns": {"": expression("1")}}, id="no name"),
        pytest.param({"template": "x", "mapping": {"email": "EMAIL"}}, id="a mapping"),
        pytest.param({"template": "{{ row.y }}", "object": "deal"}, id="the field before is wrong"),
    ],
)
def test_what_it_refuses_changes_nothing(
    form: Form, answers: dict[str, object], snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(FormError) as caught:
        form.fill(**{"object": "contact", **answers})

    assert str(caught.value) == snapshot
    assert (form.mapping, form.errors, form.values) == (None, {}, {})


def test_it_waits_for_the_field_that_it_depends_on(form: Form) -> None:
    assert form.written is None
    assert form.missing == ["object"]


def test_a_text_that_is_wrong_is_kept_with_its_error(filled: Form) -> None:
    filled.write("{{ row.EMIAL }} {{ row.initial }}")

    assert filled.errors == {
        "template": "line 1, column 8: row has no 'EMIAL'; did you mean 'EMAIL'?"
    }
    assert not filled.complete


def test_columns_come_and_go_one_by_one(filled: Form) -> None:
    filled.map("two", expression("2"))
    filled.map("initial", None)
    filled.map("EMAIL", expression("3"))

    assert filled.written is not None
    assert filled.written.made == {"two": expression("2")}
    assert filled.errors == {
        "columns.EMAIL": "the source has a column of this name",
        "template": "line 1, column 33: row has no 'initial'; "
        "there is 'EMAIL', 'FIRST_NAME', 'ID', 'two'",
    }


def test_saved_answers_come_back(filled: Form) -> None:
    other = form_of(WITH_TEMPLATE)

    other.restore(filled.values, {}, mapping=filled.mapping)

    assert other.mapping == filled.mapping
    assert other.complete


def test_a_template_is_held_against_the_plugin_that_is_saved(filled: Form) -> None:
    filled.reload(WITH_TEMPLATE, filters={})

    assert "there is no filter 'polite'" in filled.errors["template"]
    assert filled.written is not None
    assert filled.written.template == TEMPLATE


def test_another_mapper_begins_anew(filled: Form) -> None:
    filled.reload(WITH_FIELDS)

    assert filled.mapping == StoredFieldMappings(field_mappings=[])
    assert filled.missing == ["mapping"]


def test_what_the_other_mapper_stored_is_of_no_use(form: Form) -> None:
    stored = StoredFieldMappings.from_dict({"email": "EMAIL"})

    form.restore({"object": OPTIONS.values[0].stored()}, {}, mapping=stored)

    assert form.mapping is None
    assert form.missing == ["template"]


def test_a_mapper_of_fields_has_no_template() -> None:
    with pytest.raises(UsageError, match="has no template"):
        form_of(WITH_FIELDS).write("x")


def test_it_is_described_as_json(filled: Form, snapshot: SnapshotAssertion) -> None:
    described = filled.describe()["mapper"]

    filters = described.pop("filters")  # Jinja's too, which another version may describe otherwise
    assert next(iter(filters.items())) == ("polite", "Address somebody.")
    assert "tojson" in filters
    assert described == snapshot


def test_every_problem_is_described_with_its_place(filled: Form) -> None:
    filled.write("{{ row.EMIAL }}\n{{ row.FIRST }}")

    problems = filled.describe()["mapper"]["problems"]

    assert [(each["line"], each["column"]) for each in problems] == [(1, 8), (2, 8)]
    assert problems[0]["problem"] == "line 1, column 8: row has no 'EMIAL'; did you mean 'EMAIL'?"
    assert len(filled.errors["template"].splitlines()) == 2
