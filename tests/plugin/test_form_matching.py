"""Suggestions in a form: accepted, refused, cleared, or read and filled with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devsession.errors import FormError, UsageError
from devsession.plugin import expression
from devsession.plugin.source_column import SourceColumn

from .acme import AcmeCRM, connection_form, outbound_form

if TYPE_CHECKING:
    from devsession.plugin.form import Form


@pytest.fixture
def form() -> Form:
    """The form of a sync of contacts: email, name and phone from ID, EMAIL, FIRST and LAST."""
    form = outbound_form(AcmeCRM())
    form.set("object", "contact")
    return form


def columns_of(form: Form) -> dict[str, str]:
    return {field: match.column for field, match in form.suggested.items()}


def test_suggestions_map_nothing_until_they_are_accepted(form: Form) -> None:
    form.match()

    assert columns_of(form) == {"email": "EMAIL"}
    assert form.mapping is not None
    assert form.mapping.as_dict() == {}

    form.accept("email")
    assert form.mapping.as_dict() == {"email": "EMAIL"}
    assert columns_of(form) == {}


def test_what_is_refused_is_not_suggested_again_before_all_is_cleared(form: Form) -> None:
    form.match()
    form.refuse("email")
    form.match()
    assert columns_of(form) == {}

    form.clear_mapping()
    form.match()
    assert columns_of(form) == {"email": "EMAIL"}


def test_all_at_once(form: Form) -> None:
    form.match()
    form.accept()

    assert form.mapping is not None
    assert form.mapping.as_dict() == {"email": "EMAIL"}

    form.clear_mapping()
    assert form.mapping.as_dict() == {}


def test_a_field_that_is_mapped_by_hand_needs_no_suggestion(form: Form) -> None:
    form.match()
    form.map("email", expression("lower(EMAIL)"))

    assert columns_of(form) == {}
    form.match()
    assert columns_of(form) == {}


def test_suggest_is_a_mapping_to_fill_with(form: Form) -> None:
    form.map("name", "FIRST")

    suggested = form.suggest()

    assert suggested == {"name": "FIRST", "email": "EMAIL"}
    form.fill(mapping=suggested)
    assert form.suggest() == suggested


def test_suggest_takes_the_answers_that_the_fields_depend_on() -> None:
    form = outbound_form(AcmeCRM())

    assert form.suggest(object="contact") == {"email": "EMAIL"}
    assert "object" not in form.values


def test_before_that_it_says_what_is_needed() -> None:
    form = outbound_form(AcmeCRM())

    with pytest.raises(UsageError, match="once 'object' is answered") as caught:
        form.suggest()

    assert caught.value.next_step == ".suggest(object=..)"


def test_where_the_app_says_no_it_says_what_the_app_said() -> None:
    plugin = AcmeCRM()
    plugin.broken = "the app is down"
    form = outbound_form(plugin)

    with pytest.raises(FormError) as caught:
        form.suggest(object="contact")
    plugin.broken = ""

    assert "the app is down" in caught.value.errors["object"]
    assert form.suggest(object="contact") == {"email": "EMAIL"}


def test_a_form_without_a_mapper_has_nothing_to_suggest() -> None:
    with pytest.raises(UsageError, match="no fields of the app to map"):
        connection_form(AcmeCRM()).match()


def test_the_source_is_asked_once_what_its_columns_hold(form: Form) -> None:
    asked = []

    def look_up() -> list[SourceColumn]:
        asked.append("columns")
        return [SourceColumn("EMAIL", "text", ("ann@example.com",))]

    form.look_up_columns_by(look_up)
    assert asked == []

    assert form.source_columns()[:2] == [
        SourceColumn("ID"),
        SourceColumn("EMAIL", "text", ("ann@example.com",)),
    ]
    form.match()
    assert asked == ["columns"]


def test_what_is_counted_is_described(form: Form) -> None:
    form.map("name", "EMAIL")
    form.map("phone", "EMAIL")

    mapper = form.describe()["mapper"]

    assert mapper["unmapped"] == ["email"]
    assert mapper["shared"] == {"EMAIL": ["name", "phone"]}
