"""Each broken plugin fails in the check that names its fault, and in no other; the good ones pass."""

from __future__ import annotations

from functools import cache

import pytest

from devsession.testing import SuiteConfig, plugin_contract
from tests.broken_plugins.gallery import CHECKS, NAMES, Verdict, picture, tried
from tests.broken_plugins.good import READ, SENT, Reader, Sender
from tests.refresh_troubleshooting import PAGE, page

SENDING = CHECKS.index("test_outcomes_of_recorded_records")
INBOUND = CHECKS[CHECKS.index("test_streams_are_read") : -1]


def is_of_forms(name: str) -> bool:
    """Whether it is broken where nothing is sent yet: how it sends is that of the good plugin."""
    return CHECKS.index(picture(name).check) < SENDING - 1


@cache
def verdict_of(name: str) -> Verdict:
    found = picture(name)
    return tried(found.broken, found.config, CHECKS[:SENDING] if is_of_forms(name) else CHECKS)


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_plugin_fails_in_the_check_that_names_its_fault(name: str) -> None:
    assert list(verdict_of(name).failed) == [picture(name).check]


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in NAMES if is_of_forms(name)])
def test_a_broken_form_or_connection_fails_in_no_check_of_sending(name: str) -> None:
    found = picture(name)

    assert list(tried(found.broken, found.config).failed) == [found.check]


def test_every_check_is_shown_to_fail() -> None:
    assert {picture(name).check for name in NAMES} == set(CHECKS)


def test_the_troubleshooting_page_is_made_of_the_gallery() -> None:
    messages = {name: verdict_of(name).failed[picture(name).check] for name in NAMES}

    made = page(messages)

    assert PAGE.read_text(encoding="utf-8") == made, "python -m tests.refresh_troubleshooting"


@pytest.mark.parametrize("name", NAMES)
def test_a_message_says_where_and_what_to_do(name: str) -> None:
    told = verdict_of(name).failed[picture(name).check]

    assert "  where: " in told
    assert ".py, line " in told
    assert "  next:  " in told
    assert "Traceback" not in told
    assert "s3kr1t" not in told


def test_the_plugin_of_the_notebooks_passes() -> None:
    verdict = tried(Sender, SuiteConfig(scenarios=SENT, records=11))

    assert verdict.failed == {}
    assert set(verdict.skipped) == {"test_its_panel_builds", *INBOUND}


def test_the_inbound_plugin_of_the_notebooks_passes() -> None:
    verdict = tried(Reader, SuiteConfig(scenarios=READ))

    assert verdict.failed == {}
    assert set(verdict.passed) >= set(INBOUND)


def test_a_suite_reports_the_same_without_pytest() -> None:
    good = plugin_contract(Sender, SuiteConfig(scenarios=SENT, records=11)).report()
    name = next(name for name in NAMES if is_of_forms(name))
    found = picture(name)
    bad = plugin_contract(found.broken, found.config).report()

    assert good, str(good)
    assert [each.state for each in good.checks].count("not tried") == len(INBOUND)
    wrong = {each.method: each.told for each in bad.checks if each.state == "error"}
    assert list(wrong.values()) == [verdict_of(name).failed[found.check]]
    assert [f"test_{method.replace(' ', '_')}" for method in wrong] == [found.check]


def test_a_check_that_was_chosen_away_is_reported_with_the_reason() -> None:
    config = SuiteConfig(
        scenarios=SENT, records=11, skip={"an_empty_run": "the app has no such run"}
    )

    report = plugin_contract(Sender, config).report()

    told = {each.method: (each.state, each.told) for each in report.checks}
    assert told["an empty run"] == ("not tried", "the app has no such run")
