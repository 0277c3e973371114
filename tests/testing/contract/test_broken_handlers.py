"""The contract of a handler of events: a good one passes all of it, each broken one fails one check."""

from __future__ import annotations

import sys
import time
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import requests

from devsession.errors import UsageError
from devsession.openmetadata import ChangeEvent, EventHandler, Source
from devsession.testing import SuiteConfig, events_contract
from tests.broken_handlers.gallery import NAMES, failures, picture
from tests.broken_handlers.good import TellOwners, record
from tests.refresh_troubleshooting import HANDLERS_PAGE, handlers_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from devsession.openmetadata import WorkflowContext
    from devsession.testing.examination import Checked


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("scenarios")
    record(place)
    return place


def test_a_good_handler_passes_every_check(scenarios: Path) -> None:
    report = events_contract(TellOwners, SuiteConfig(scenarios=scenarios)).report()

    assert {each.state for each in report.checks} == {"ok"}, str(report)


def test_there_is_a_broken_handler_for_each_check() -> None:
    checks = events_contract(TellOwners).checks()

    assert {picture(name).check for name in NAMES} == set(checks)


@pytest.fixture(scope="module")
def verdicts(scenarios: Path) -> Callable[[str], dict[str, str]]:
    """Check -> why it fails, of a broken handler by its name; each is tried once."""

    @cache
    def of(name: str) -> dict[str, str]:
        return failures(picture(name).broken, scenarios)

    return of


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_handler_fails_in_the_check_that_names_its_fault(
    name: str, verdicts: Callable[[str], dict[str, str]]
) -> None:
    found = verdicts(name)

    assert list(found) == [picture(name).check], found
    assert ".py" in found[picture(name).check].partition("  where: ")[2]
    assert "  next:  " in found[picture(name).check]


def test_the_troubleshooting_page_is_made_of_the_gallery(
    verdicts: Callable[[str], dict[str, str]],
) -> None:
    made = handlers_page({name: verdicts(name)[picture(name).check] for name in NAMES})

    assert HANDLERS_PAGE.read_text(encoding="utf-8") == made, (
        "python -m tests.refresh_troubleshooting"
    )


def test_without_a_recording_a_check_says_what_to_record(tmp_path: Path) -> None:
    report = events_contract(TellOwners, SuiteConfig(scenarios=tmp_path / "scenarios")).report()

    assert report
    told = {each.told for each in report.checks if each.state == "not tried"}
    assert told
    assert all("run and complete() a scenario of a handler" in why for why in told)


def test_a_check_can_be_left_out(scenarios: Path) -> None:
    config = SuiteConfig(
        scenarios=scenarios, skip={"it_remembers_no_event": "once a day is enough"}
    )

    with pytest.raises(pytest.skip.Exception, match="once a day is enough"):
        events_contract(TellOwners, config)().test_it_remembers_no_event()


def test_what_is_no_handler_is_refused() -> None:
    with pytest.raises(UsageError, match="takes the class of a handler"):
        events_contract(Source)  # type: ignore[arg-type]


class InTheBody(TellOwners):
    """The app knows a message by a field."""

    def say(self, event: ChangeEvent, channel: str, text: str) -> None:
        sent = {"text": text, "reference": {"of": event.id}}
        self.ask("POST", f"channels/{channel}/messages", json=sent)


class OfADigest(TellOwners):
    """The key is made of the event's id."""

    def say(self, event: ChangeEvent, channel: str, text: str) -> None:
        key = {"X-Once": sha256(event.id.encode()).hexdigest()}
        self.ask("POST", f"channels/{channel}/messages", json={"text": text}, headers=key)


class AtAnAddress(TellOwners):
    """A message has the address of its event."""

    def say(self, event: ChangeEvent, channel: str, text: str) -> None:
        self.ask("PUT", f"channels/{channel}/messages/{event.id}", json={"text": text})


class InASentence(TellOwners):
    """What people read is nothing by which an app tells messages."""

    def say(self, event: ChangeEvent, channel: str, text: str) -> None:
        sent = {"text": f"{text}, says {event.id}"}
        self.ask("POST", f"channels/{channel}/messages", json=sent)


class SignsInLate(TellOwners):
    """Asks for a token with the first event."""

    def handle(self, event: ChangeEvent) -> str:
        sign_in = {"grant_type": "client_credentials"}
        self.http.post(f"{self.config.host}/token", data=sign_in, timeout=10)
        return super().handle(event)


TWICE = "handed_over_twice_it_stands_once"


def twice(handler: type[TellOwners], scenarios: Path) -> Checked:
    """What the contract says of an event that is handed over twice."""
    suite = events_contract(handler, SuiteConfig(scenarios=scenarios))
    others = [name for each in suite.checks() if (name := each.removeprefix("test_")) != TWICE]
    [told] = suite.report(without=others).checks
    return told


@pytest.mark.parametrize("handler", [InTheBody, OfADigest, AtAnAddress, SignsInLate])
def test_what_the_app_can_tell_by_the_event_stands_once(
    handler: type[TellOwners], scenarios: Path
) -> None:
    assert twice(handler, scenarios).state == "ok"


def test_an_id_in_a_sentence_is_no_key(scenarios: Path) -> None:
    assert "it stands there twice" in twice(InASentence, scenarios).told


class TooSoon(TellOwners):
    """Notes what it has done before it is, where a new handler finds it."""

    done: ClassVar[set[str]] = set()

    def handle(self, event: ChangeEvent) -> str:
        if event.id in self.done:
            return "done"
        self.done.add(event.id)
        return super().handle(event)


def test_what_was_noted_too_soon_is_lost_after_a_crash(scenarios: Path) -> None:
    TooSoon.done.clear()

    assert "it sends 0 requests that write, expected 1" in twice(TooSoon, scenarios).told


class ForEver(TellOwners):
    """Waits until the app has time, however long that is."""

    def __init__(self, ctx: WorkflowContext | None = None) -> None:
        super().__init__(ctx)
        self.http = requests.Session()

    def ask(self, method: str, path: str, **options: Any) -> Any:
        while True:
            try:
                return super().ask(method, path, **options)
            except requests.HTTPError as error:
                if error.response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
                    raise
            time.sleep(3600)


def test_one_that_waits_for_ever_is_told(scenarios: Path) -> None:
    found = failures(ForEver, scenarios)

    assert list(found) == ["test_what_the_app_refuses_is_not_done"]
    assert "where the app refuses for good, it waits without end" in found.popitem()[1]


class Exits(TellOwners):
    """Ends where it finds nothing to do."""

    def handle(self, event: ChangeEvent) -> str:
        if not event.changed and event.event_type == "entityUpdated":
            sys.exit("nothing to do")
        return super().handle(event)


def test_one_that_ends_the_process_is_told_and_does_not(scenarios: Path) -> None:
    found = failures(Exits, scenarios)

    assert list(found) == ["test_any_event_is_borne"]
    assert "it ended the process: SystemExit: nothing to do" in found.popitem()[1]


class AtOnce(TellOwners):
    """Asks once; what fails is handed over again."""

    def __init__(self, ctx: WorkflowContext | None = None) -> None:
        super().__init__(ctx)
        self.http = requests.Session()


def test_whoever_fails_at_once_keeps_to_the_contract(scenarios: Path) -> None:
    assert failures(AtOnce, scenarios) == {}


class AsksNobody(EventHandler):
    """Says the name in capitals, and has no configuration."""

    def handle(self, event: ChangeEvent) -> str:
        return event.fqn.upper()  # type: ignore[union-attr]


def test_of_one_that_asks_nobody_its_events_are_tried(tmp_path: Path) -> None:
    record(tmp_path, AsksNobody, answers=[])

    found = failures(AsksNobody, tmp_path)

    assert list(found) == ["test_its_configuration_is_whole", "test_any_event_is_borne"]
    assert "AsksNobody has no Config" in found["test_its_configuration_is_whole"]


def test_a_type_in_the_place_of_several_is_told(scenarios: Path) -> None:
    slip = type("Slip", (TellOwners,), {"event_types": "entityUpdated"})

    found = failures(slip, scenarios)

    assert "several texts are wanted" in found["test_it_names_types_that_come"]
