"""Which column is suggested for which field of the app."""

from __future__ import annotations

import pytest

from devsession.plugin.fields import FormOption
from devsession.plugin.matching import Match, matches
from devsession.plugin.source_column import SourceColumn


def columns_for(fields: list[FormOption], *columns: str) -> dict[str, str]:
    found = matches(fields, [SourceColumn(column) for column in columns])
    return {field: match.column for field, match in found.items()}


def field(value: str, label: str = "", kind: str = "unknown") -> FormOption:
    return FormOption(value=value, label=label or value, data_type_icon=kind)


@pytest.mark.parametrize(
    ("value", "column"),
    [
        ("email", "EMAIL"),
        ("firstName", "FIRST_NAME"),
        ("first-name", "FNAME"),
        ("billingZIPCode", "BILLING_POSTAL_CODE"),
        ("Amount__c", "AMOUNT"),
        ("email", "EMAIL_ADDRESS"),
        ("adress", "ADDRESS"),
        ("größe", "GRÖSSE"),
    ],
)
def test_names_that_mean_the_same_match(value: str, column: str) -> None:
    assert columns_for([field(value)], column) == {value: column}


@pytest.mark.parametrize(
    ("value", "column"),
    [
        ("first_name", "LAST_NAME"),
        ("phone_1", "PHONE_2"),
        ("created_at", "UPDATED_AT"),
        ("id", "ACCOUNT_ID"),
        ("", "EMAIL"),
        ("email", "__"),
    ],
)
def test_names_that_are_only_alike_do_not(value: str, column: str) -> None:
    assert columns_for([field(value or "_", "_")], column) == {}


def test_a_label_counts_as_much_as_a_value() -> None:
    assert columns_for([field("fld_0017", "Job title")], "JOB_TITLE") == {"fld_0017": "JOB_TITLE"}


def test_a_prefix_that_all_columns_share_makes_no_difference() -> None:
    fields = [field("email"), field("city")]

    assert columns_for(fields, "CRM_EMAIL", "CRM_CITY") == {
        "email": "CRM_EMAIL",
        "city": "CRM_CITY",
    }


def test_each_column_is_used_once_for_what_is_most_alike() -> None:
    fields = [field("work_email"), field("email"), field("emails")]

    assert columns_for(fields, "EMAIL") == {"email": "EMAIL"}


def test_types_decide_between_names_that_are_equally_alike() -> None:
    text, number = field("amount", "Amount", "string"), field("Amount", "Amount", "number")

    found = matches([text, number], [SourceColumn("AMOUNT", "number")])

    assert found == {"Amount": Match("AMOUNT", 1.0)}


def test_what_was_refused_is_not_suggested_again_but_the_next_best_is() -> None:
    columns = [SourceColumn("EMAIL"), SourceColumn("EMAIL_ADDRESS")]

    found = matches([field("email")], columns, refused=frozenset({("email", "EMAIL")}))

    assert found == {"email": Match("EMAIL_ADDRESS", 0.82)}


def test_nothing_matches_nothing() -> None:
    assert matches([], [SourceColumn("EMAIL")]) == {}
    assert matches([field("email")], []) == {}
