"""The rules of outcomes: for each the smallest frame that breaks it, and what it must not break."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devsession.plugin.outcome_rules import (
    RECORD_RULES,
    ROW_RULES,
    SHAPE_RULES,
    check_enqueued,
    check_outcomes,
)
from devsession.plugin.outcomes import OUTCOME_COLUMNS, Outcomes

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from devsession.plugin.report import Report

SECRET = "sk_live_4eC39HqLyjWD"


def frame(*rows: tuple[object, object, object, object]) -> pd.DataFrame:
    """Outcomes from (identifier, success, app identifier, result)."""
    return pd.DataFrame(list(rows), columns=list(OUTCOME_COLUMNS), dtype=object)


def holds_secret(text: str) -> list[str]:
    return ["api_key"] if SECRET in text else []


def broken(report: Report) -> list[str]:
    return [finding.rule for finding in report.findings]


@pytest.fixture
def one_update() -> pd.DataFrame:
    return pd.DataFrame({"IDENTIFIER": ["a"], "SYNC_ACTION": ["Update"]})


@pytest.fixture
def two_creates() -> pd.DataFrame:
    return pd.DataFrame({"IDENTIFIER": ["a", "b"], "SYNC_ACTION": ["Create", "Create"]})


def test_rules_have_ids_in_order() -> None:
    ids = [rule.id for rule in (*SHAPE_RULES, *ROW_RULES, *RECORD_RULES)]

    assert ids == [f"O{number:02}" for number in range(1, len(ids) + 1)]


BREAKS_ONE_RULE = {
    "O01": None,
    "O02": frame(),
    "O03": pd.DataFrame({"IDENTIFIER": ["a"], "succes": [True], "RESULT": ["{}"]}),
    "O04": pd.DataFrame(
        [["a", True, True, "{}"]], columns=["IDENTIFIER", "SUCCESS", "SUCCESS", "RESULT"]
    ),
    "O05": frame(("a", True, None, {}), (None, True, None, {})),
    "O06": frame(("a", True, None, {}), ("a", True, None, {})),
    "O07": frame(("a", "true", None, {})),
    "O08": frame(("a", True, None, "sent")),
    "O09": frame(("a", False, None, {"message": "taken"})),
    "O10": frame(("a", True, 17, {})),
    "O11": frame(("a", True, None, {})).assign(STATUS=201),
    "O12": frame(("a", True, None, {}), ("A", True, None, {})),
    "O13": frame(("b", True, "1", {})),
    "O14": frame(("a", True, None, {}), ("b", True, "", {})),
    "O15": frame(("a", True, "1", {}), ("b", True, "1", {})),
    "O16": frame(("a", True, "1", {}), ("b", True, "1", {})),
    "O17": frame(("a", True, None, {"answer": {"key": SECRET}})),
}


@pytest.mark.parametrize(
    "rule",
    ["O01", "O02", "O03", "O04", "O05", "O06", "O07", "O08", "O09", "O10", "O11", "O12", "O17"],
)
def test_a_rule_of_any_record(
    rule: str, one_update: pd.DataFrame, snapshot: SnapshotAssertion
) -> None:
    report = check_outcomes(
        BREAKS_ONE_RULE[rule], one_update, strategy="Upsert", find_secret=holds_secret
    )

    assert broken(report) == [rule]
    assert str(report) == snapshot


@pytest.mark.parametrize(
    ("rule", "strategy"),
    [("O13", "Upsert"), ("O14", "Upsert"), ("O15", "Create"), ("O16", "Upsert")],
)
def test_a_rule_of_created_records(
    rule: str, strategy: str, two_creates: pd.DataFrame, snapshot: SnapshotAssertion
) -> None:
    report = check_outcomes(BREAKS_ONE_RULE[rule], two_creates, strategy=strategy)

    assert broken(report) == [rule]
    assert str(report) == snapshot


@pytest.mark.parametrize(
    "success",
    [True, False, np.True_, np.False_],
    ids=["true", "false", "numpy-true", "numpy-false"],
)
def test_booleans_are_booleans(success: object, one_update: pd.DataFrame) -> None:
    outcomes = frame(("a", success, None, {"error": "taken"}))

    assert broken(check_outcomes(outcomes, one_update, strategy="Upsert")) == []


@pytest.mark.parametrize("dtype", ["bool", "boolean", "bool[pyarrow]", "category", "object"])
def test_a_boolean_column_may_have_any_dtype(dtype: str, two_creates: pd.DataFrame) -> None:
    outcomes = frame(("a", True, "1", {}), ("b", False, None, {"error": "taken"}))

    report = check_outcomes(outcomes.astype({"SUCCESS": dtype}), two_creates, strategy="Upsert")

    assert broken(report) == []


@pytest.mark.parametrize("success", [None, np.nan, pd.NA, 1, 0, 1.0, "true", [], {}], ids=repr)
def test_nothing_else_is_a_boolean(success: object, one_update: pd.DataFrame) -> None:
    outcomes = frame(("a", success, None, {"error": "taken"}))

    assert broken(check_outcomes(outcomes, one_update, strategy="Upsert")) == ["O07"]


@pytest.mark.parametrize(
    "result", [{}, {"a": [1, None, {"b": "é"}]}, "{}", ' {"a": 1} ', {"n": 1.5}], ids=repr
)
def test_json_objects_are_dicts_or_text(result: object, one_update: pd.DataFrame) -> None:
    outcomes = frame(("a", True, None, result))

    assert broken(check_outcomes(outcomes, one_update, strategy="Upsert")) == []


RING: dict[str, Any] = {}
RING["ring"] = RING


@pytest.mark.parametrize(
    "result",
    [
        None,
        pd.NA,
        "",
        "[]",
        "null",
        '{"a": 1',
        '{"a": NaN}',
        b"{}",
        [],
        7,
        {"when": datetime.date(2026, 1, 1)},
        {"n": float("nan")},
        {("a", "b"): 1},
        {"amount": Decimal(1)},
        RING,
        "\ud800",
    ],
    ids=repr,
)
def test_nothing_else_is_a_json_object(result: object, one_update: pd.DataFrame) -> None:
    outcomes = frame(("a", True, None, result))

    assert broken(check_outcomes(outcomes, one_update, strategy="Upsert")) == ["O08"]


def test_a_dict_that_json_cannot_hold_says_why(
    one_update: pd.DataFrame, snapshot: SnapshotAssertion
) -> None:
    outcomes = frame(("a", True, None, {"seen": {1, 2}}))

    report = check_outcomes(outcomes, one_update, strategy="Upsert")

    assert report.findings[0].message == snapshot


def test_one_bad_result_among_many_is_found() -> None:
    count = 25_000
    outcomes = frame(*((place, True, None, {"n": place}) for place in range(count)))
    outcomes.loc[20_001, "RESULT"] = "{"
    records = pd.DataFrame({"IDENTIFIER": map(str, range(count)), "SYNC_ACTION": "Update"})

    report = check_outcomes(outcomes, records, strategy="Upsert")

    assert report.findings[0].rows == ("20001",)


@pytest.mark.parametrize(
    "result",
    [{}, {"error": None}, {"error": ""}, {"error": " "}, {"error": {"code": 1}}, '{"error": 5}'],
    ids=repr,
)
def test_a_failure_says_why_in_text(result: object, one_update: pd.DataFrame) -> None:
    outcomes = frame(("a", False, None, result))

    assert broken(check_outcomes(outcomes, one_update, strategy="Upsert")) == ["O09"]


@pytest.mark.parametrize("identifier", [1, 1.0, "1", np.int64(1), Decimal(1)], ids=repr)
def test_identifiers_compare_as_text(identifier: object) -> None:
    records = pd.DataFrame({"IDENTIFIER": ["1"], "SYNC_ACTION": ["Update"]})

    report = check_outcomes(frame((identifier, True, None, {})), records, strategy="Upsert")

    assert broken(report) == []


def test_integer_identifiers_of_records_compare_as_text() -> None:
    records = pd.DataFrame({"IDENTIFIER": [1, 2], "SYNC_ACTION": "Update"})
    outcomes = frame(("1", True, None, {}), ("2", True, None, {}))

    assert broken(check_outcomes(outcomes, records, strategy="Upsert")) == []


def test_a_failed_record_needs_no_app_identifier(two_creates: pd.DataFrame) -> None:
    outcomes = Outcomes(two_creates)
    outcomes.ok("a", "1")
    outcomes.fail("b", "email already taken")

    assert broken(check_outcomes(outcomes, two_creates, strategy="Create")) == []


def test_valid_outcomes_say_what_was_refused_and_why() -> None:
    records = pd.DataFrame({"IDENTIFIER": list("abcd"), "SYNC_ACTION": "Create"})
    outcomes = Outcomes(records)
    outcomes.ok("a", "1")
    outcomes.fail("b", "no name")
    outcomes.fail("c", "email taken")
    outcomes.fail("d", "email taken")

    report = check_outcomes(outcomes, records, strategy="Create")

    told = "outcomes: valid, 4 rows checked, 1 taken, 3 refused: email taken (2); no name"
    assert (bool(report), str(report)) == (True, told)
    assert told in report._repr_html_()


def test_causes_without_end_are_cut() -> None:
    records = pd.DataFrame({"IDENTIFIER": range(9), "SYNC_ACTION": "Create"})
    outcomes = Outcomes(records)
    for identifier in records["IDENTIFIER"]:
        outcomes.fail(identifier, f"{identifier} <html>\n" + "no " * 1_000)

    headline = check_outcomes(outcomes, records, strategy="Create").headline

    assert "9 refused: 0 <html> no no" in headline
    assert headline.endswith("; and 6 more")
    assert len(headline) < 400


def test_the_column_of_app_identifiers_may_be_missing(one_update: pd.DataFrame) -> None:
    outcomes = frame(("a", True, None, {})).drop(columns="APP_IDENTIFIER")

    assert broken(check_outcomes(outcomes, one_update, strategy="Upsert")) == []


def test_a_sent_record_needs_no_app_identifier() -> None:
    records = pd.DataFrame({"IDENTIFIER": ["a"], "SYNC_ACTION": ["Send"]})

    report = check_outcomes(frame(("a", True, None, {})), records, strategy="Send")

    assert broken(report) == []


def test_failures_do_not_share_an_app_identifier(two_creates: pd.DataFrame) -> None:
    outcomes = frame(("a", True, "1", {}), ("b", False, "1", {"error": "is a's"}))

    assert broken(check_outcomes(outcomes, two_creates, strategy="Create")) == []


def test_repeats_of_an_unknown_identifier_are_repeats_too(one_update: pd.DataFrame) -> None:
    outcomes = frame(
        ("a", True, None, {}), ("x", True, None, {}), ("x", True, None, {}), (None, True, None, {})
    )

    report = check_outcomes(outcomes, one_update, strategy="Upsert")

    assert [(finding.rule, finding.rows) for finding in report.findings] == [
        ("O05", ("row 3",)),
        ("O06", ("x",)),
        ("O12", ("x", "x")),
    ]


def test_a_finding_names_the_first_rows_and_counts_all(snapshot: SnapshotAssertion) -> None:
    records = pd.DataFrame({"IDENTIFIER": ["a", *range(1200)], "SYNC_ACTION": "Update"})

    report = check_outcomes(frame(("a", True, None, {})), records, strategy="Upsert")

    assert report.findings[0].count == 1200
    assert report.findings[0].text == snapshot


def test_no_outcomes_for_no_records_are_valid() -> None:
    records = pd.DataFrame({"IDENTIFIER": [], "SYNC_ACTION": []})

    report = check_outcomes(Outcomes(), records, strategy="Upsert")

    assert str(report) == "outcomes: valid, 0 rows checked, all rules passed"


@pytest.mark.parametrize(
    "outcomes",
    [
        frame((SECRET, "true", None, {})),
        frame(("a", True, SECRET, {})),
        frame(("a", True, None, f'{{"key": "{SECRET}"}}')),
        frame(("a", True, None, f"no json: {SECRET}")),
        frame(("a", True, None, [SECRET])),
        frame((f"{'x' * 50}{SECRET}", True, None, {})),
        frame(("a", True, None, {})).assign(**{SECRET: 1}),
    ],
    ids=["identifier", "app-identifier", "text", "no-json", "list", "cut-off", "column"],
)
def test_a_report_never_shows_a_secret(outcomes: pd.DataFrame, one_update: pd.DataFrame) -> None:
    report = check_outcomes(outcomes, one_update, strategy="Upsert", find_secret=holds_secret)

    assert report.findings
    assert SECRET[:6] not in f"{report} {report._repr_html_()} {report.to_frame().to_dict()}"


def test_a_name_in_the_report_is_short_and_printable(one_update: pd.DataFrame) -> None:
    outcomes = frame(("a\nb", True, None, {}), ("c" * 100, True, None, {}))

    report = check_outcomes(outcomes, one_update, strategy="Upsert")

    assert report.findings[0].rows == (r"a\nb", "c" * 58 + "..")


def test_a_part_of_a_run_is_checked_by_itself() -> None:
    storable, report = check_enqueued(frame(("b", True, None, {}), ("c", False, None, {})))

    assert broken(report) == ["O09"]
    assert storable["IDENTIFIER"].tolist() == ["b", "c"]


class Spiteful:
    """An object that cannot even be shown."""

    def __str__(self) -> str:
        raise RuntimeError("no")

    __repr__ = __str__


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(max_size=4),
    st.just(pd.NA),
    st.just(pd.NaT),
    st.just("\ud800"),
    st.just(RING),
    st.builds(Spiteful),
    st.builds(uuid.uuid4),
    st.decimals(),
    st.datetimes(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.none() | st.floats() | st.text(), max_size=2),
    st.sampled_from(["a", "b", "{}", '{"error": "no"}', "[1]"]),
)
DTYPES = st.sampled_from(["object", "category", "str", "bool", "boolean", "Int64", "float", None])


def column_of(values: list[object], dtype: str | None) -> pd.Series[Any]:
    """The values in a dtype, or as they are when they do not go into it."""
    try:
        return pd.Series(values, dtype=dtype)
    except Exception:  # noqa: BLE001 - pandas raises whatever it meets
        return pd.Series(values, dtype=object)


@st.composite
def any_frame(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.integers(0, 4))
    names = draw(st.lists(st.sampled_from([*OUTCOME_COLUMNS, "extra", 0, None]), max_size=6))
    values = st.lists(ANYTHING, min_size=rows, max_size=rows)
    columns = [column_of(draw(values), draw(DTYPES)) for _ in names]
    result = pd.concat(columns, axis=1) if columns else pd.DataFrame(index=range(rows))
    result.columns = names
    return result


@settings(deadline=None)
@given(outcomes=any_frame(), strategy=st.sampled_from(["Create", "Upsert", "Send"]))
def test_no_frame_crashes_the_check(outcomes: pd.DataFrame, strategy: str) -> None:
    records = pd.DataFrame({"IDENTIFIER": ["a", "b", "1"], "SYNC_ACTION": "Create"})

    report = check_outcomes(outcomes, records, strategy=strategy, find_secret=holds_secret)
    storable, _ = check_enqueued(outcomes)

    assert report.checked == len(outcomes)
    assert isinstance(f"{report}{report._repr_html_()}", str)
    assert len(storable) <= len(outcomes)
    assert storable["IDENTIFIER"].is_unique


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
IDENTIFIERS = st.lists(st.text(max_size=6) | st.integers(), max_size=6, unique_by=str)


@settings(deadline=None)
@given(identifiers=IDENTIFIERS, data=st.data())
def test_valid_outcomes_are_always_valid(identifiers: list[object], data: st.DataObject) -> None:
    records = pd.DataFrame(
        {"IDENTIFIER": list(map(str, identifiers)), "SYNC_ACTION": "Create"}, dtype=object
    )
    success = data.draw(st.lists(st.booleans(), min_size=len(records), max_size=len(records)))
    outcomes = frame(
        *(
            (
                identifier,
                ok,
                f"app-{place}" if ok else None,
                {"result": data.draw(JSON), "error": "e"},
            )
            for place, (identifier, ok) in enumerate(zip(identifiers, success, strict=True))
        )
    )

    report = check_outcomes(
        outcomes.sample(frac=1, random_state=1),
        records,
        strategy="Create",
        find_secret=holds_secret,
    )

    assert report.findings == ()


@pytest.mark.parametrize("action", ["Update", "Delete", "Send", "Archive"])
def test_only_what_was_created_needs_the_apps_identifier(action: str) -> None:
    records = pd.DataFrame({"IDENTIFIER": ["a"], "SYNC_ACTION": [action]})
    outcomes = Outcomes(records)
    outcomes.ok("a")

    assert check_outcomes(outcomes, records, strategy="Mirror")
