"""A form whose option functions run beside it: what is shown meanwhile, and once they have ended."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from devsession.errors import FormError, UsageError

from .acme import APP_FIELDS, COLUMNS, PIPELINES, AcmeCRM, outbound_form
from .held_fetcher import HeldFetcher

if TYPE_CHECKING:
    from devsession.plugin.form import Form

CHOICES = st.tuples(
    st.sampled_from(["object", "pipeline", "language", "note"]),
    st.sampled_from(["contact", "deal", "leads", "sales", "shared", "en", None]),
)
MAPPED = st.tuples(st.sampled_from(["email", "name", "amount"]), st.sampled_from([*COLUMNS, None]))


def form_by(plugin: AcmeCRM, fetcher: HeldFetcher) -> Form:
    form = outbound_form(plugin)
    form.fetch_by(fetcher)
    return form


@pytest.fixture
def plugin() -> AcmeCRM:
    return AcmeCRM()


@pytest.fixture
def fetcher() -> HeldFetcher:
    return HeldFetcher()


@pytest.fixture
def form(plugin: AcmeCRM, fetcher: HeldFetcher) -> Form:
    """The form of a sync, filled by name; what was called for that is behind it."""
    form = form_by(plugin, fetcher)
    form.fill(object="contact", pipeline="shared", mapping={"email": "EMAIL", "phone": "ID"})
    plugin.calls.clear()
    return form


def click(form: Form, name: str, value: object) -> None:
    with form.without_waiting():
        form.set(name, value)


def shown(form: Form, name: str) -> dict[str, Any]:
    """What a page draws of a field right after a click."""
    with form.without_waiting():
        described = form.describe()
    return next(field for field in described["fields"] if field["name"] == name)


def values_of(field: dict[str, Any]) -> list[str]:
    return [option["value"] for option in field["options"]]


def test_a_click_waits_for_no_option_function(form: Form, plugin: AcmeCRM) -> None:
    click(form, "object", "deal")
    assert plugin.calls == []
    assert form.plain("object") == "deal"


def test_what_is_chosen_waits_and_stays_when_it_is_still_offered(
    form: Form, fetcher: HeldFetcher
) -> None:
    click(form, "object", "deal")
    loading = shown(form, "pipeline")
    assert (loading["loading"], loading["value"], values_of(loading)) == (
        True,
        "shared",
        ["shared"],
    )
    fetcher.end_all()
    loaded = shown(form, "pipeline")
    assert "loading" not in loaded
    assert (loaded["value"], values_of(loaded)) == ("shared", ["sales", "shared"])


def test_what_is_not_offered_any_more_goes_once_that_is_known(
    form: Form, fetcher: HeldFetcher
) -> None:
    form.set("pipeline", "leads")
    click(form, "object", "deal")
    assert form.plain("pipeline") == "leads"
    fetcher.end_all()
    assert form.plain("pipeline") is None
    assert form.notices["pipeline"] == "'leads' is not an option any more"
    assert form.mapping is not None
    assert form.mapping.as_dict() == {"email": "EMAIL"}


def test_a_choice_that_is_made_while_options_load_is_taken_when_they_are_there(
    form: Form, fetcher: HeldFetcher
) -> None:
    click(form, "object", "deal")
    click(form, "pipeline", "sales")
    with form.without_waiting():
        form.map("amount", "ID")
        form.map("phone", "FIRST")
    fetcher.end_all()
    assert form.plain("pipeline") == "sales"
    assert form.mapping is not None
    assert form.mapping.as_dict() == {"email": "EMAIL", "amount": "ID"}
    assert list(form.errors) == ["mapping.phone"]


def test_of_several_quick_changes_the_last_one_is_asked_for(
    form: Form, plugin: AcmeCRM, fetcher: HeldFetcher
) -> None:
    with form.without_waiting():
        form.reload(form.definition)
    click(form, "object", "deal")
    click(form, "object", "contact")
    click(form, "object", "deal")
    fetcher.end_all()
    assert plugin.calls == ["objects", "pipelines of deal", "fields of deals"]


def test_a_change_calls_only_what_depends_on_it(
    form: Form, plugin: AcmeCRM, fetcher: HeldFetcher
) -> None:
    click(form, "object", "deal")
    click(form, "note", "hello")
    assert fetcher.waiting == ["pipeline", ""]
    fetcher.end_all()
    assert plugin.calls == ["pipelines of deal", "fields of deals"]
    click(form, "note", "hello again")
    assert fetcher.waiting == []


def test_what_comes_for_other_answers_is_kept_for_those(
    form: Form, plugin: AcmeCRM, fetcher: HeldFetcher
) -> None:
    click(form, "object", "deal")
    fetcher.begin(0)
    click(form, "object", "contact")
    assert values_of(shown(form, "pipeline")) == ["leads", "shared"]
    fetcher.end(0)
    assert values_of(shown(form, "pipeline")) == ["leads", "shared"]
    click(form, "object", "deal")
    assert values_of(shown(form, "pipeline")) == ["sales", "shared"]
    assert plugin.calls == ["pipelines of deal"]


def test_an_option_function_is_given_what_was_answered_when_it_was_asked(
    form: Form, plugin: AcmeCRM, fetcher: HeldFetcher
) -> None:
    click(form, "object", "deal")
    form.set("object", None)
    fetcher.begin(0)
    assert plugin.calls == ["pipelines of deal"]


def test_filling_by_name_waits_and_calls_nothing_twice(
    form: Form, plugin: AcmeCRM, fetcher: HeldFetcher
) -> None:
    click(form, "object", "deal")
    form.fill(pipeline="sales", mapping={"email": "EMAIL"})
    assert form.complete
    assert plugin.calls == ["pipelines of deal", "fields of deals"]
    fetcher.end_all()
    assert form.plain("pipeline") == "sales"
    assert plugin.calls == ["pipelines of deal", "fields of deals"]


def test_a_fill_that_fails_leaves_what_loads(form: Form, fetcher: HeldFetcher) -> None:
    click(form, "object", "deal")
    with pytest.raises(FormError):
        form.fill(object="contact", pipeline="none")
    assert shown(form, "pipeline")["loading"]
    fetcher.end_all()
    assert values_of(shown(form, "pipeline")) == ["sales", "shared"]


def test_settling_waits_for_all(form: Form) -> None:
    click(form, "object", "deal")
    click(form, "pipeline", "sales")
    form.settle()
    assert form.plain("pipeline") == "sales"
    assert "loading" not in shown(form, "pipeline")


def test_somebody_stops_waiting_and_tries_again(form: Form, fetcher: HeldFetcher) -> None:
    click(form, "object", "deal")
    with form.without_waiting():
        form.stop("pipeline")
    assert form.errors == {"pipeline": "its options were not loaded: somebody stopped waiting"}
    assert form.plain("pipeline") == "shared"
    fetcher.end_all()
    assert list(form.errors) == ["pipeline"]
    with form.without_waiting():
        form.retry("pipeline")
    assert shown(form, "pipeline")["loading"]
    fetcher.end_all()
    assert form.errors == {}
    assert form.plain("pipeline") == "shared"


def test_what_failed_is_tried_again_when_somebody_says_so(
    form: Form, plugin: AcmeCRM, fetcher: HeldFetcher
) -> None:
    plugin.broken = "the app is away"
    form.reload(form.definition)
    shown(form, "object")
    fetcher.end_all()
    failed = shown(form, "object")
    assert "the app is away" in failed["error"]
    assert "ConnectionError: the app is away" in failed["failure"]["traceback"]
    plugin.broken = ""
    click(form, "note", "hello")
    assert "the app is away" in shown(form, "object")["error"]
    with form.without_waiting():
        form.retry("object")
    fetcher.end_all()
    assert form.errors == {}
    assert plugin.calls.count("objects") == 2


def test_a_reload_drops_what_the_plugin_of_before_brings(
    form: Form, plugin: AcmeCRM, fetcher: HeldFetcher
) -> None:
    click(form, "object", "deal")
    with form.without_waiting():
        form.reload(form.definition)
        form.describe()
    assert form.plain("pipeline") == "shared"
    assert fetcher.waiting == ["object"]
    fetcher.end_all()
    assert plugin.calls == ["objects", "pipelines of deal", "fields of deals"]
    assert values_of(shown(form, "pipeline")) == ["sales", "shared"]


def test_fields_of_the_app_cannot_be_matched_while_they_load(
    form: Form, fetcher: HeldFetcher
) -> None:
    click(form, "object", "deal")
    with form.without_waiting(), pytest.raises(UsageError, match="still loading"):
        form.match()
    fetcher.end_all()
    assert form.match() == 0


def at_rest(form: Form) -> dict[str, Any]:
    """What is shown, without what is told of the way there."""
    described = form.describe()
    for part in (*described["fields"], described["mapper"]):
        part.pop("notice", None)
        part.pop("error", None)
    for told in ("errors", "notices", "suggested"):
        described["mapper"].pop(told)
    return {**described, "open": form.missing}


class LiveForm(RuleBasedStateMachine):
    """Clicks, calls by name, outages and reloads, and option functions that end when they like."""

    def __init__(self) -> None:
        super().__init__()
        self.plugin = AcmeCRM()
        self.fetcher = HeldFetcher()
        self.form = form_by(self.plugin, self.fetcher)

    @rule(choice=CHOICES)
    def choose(self, choice: tuple[str, object]) -> None:
        click(self.form, *choice)

    @rule(mapped=MAPPED)
    def map(self, mapped: tuple[str, Any]) -> None:
        with self.form.without_waiting():
            self.form.map(*mapped)

    @rule()
    def draw(self) -> None:
        shown(self.form, "object")

    @rule(choices=st.dictionaries(st.sampled_from(["object", "pipeline"]), st.just("shared")))
    def fill(self, choices: dict[str, object]) -> None:
        with suppress(FormError):
            self.form.fill(**choices)

    @rule(name=st.sampled_from(["object", "pipeline", "mapping"]), again=st.booleans())
    def stop_or_retry(self, name: str, again: bool) -> None:
        with self.form.without_waiting():
            (self.form.retry if again else self.form.stop)(name)

    @rule(broken=st.sampled_from(["", "the app is away"]))
    def outage(self, broken: str) -> None:
        self.plugin.broken = broken

    @rule()
    def reload(self) -> None:
        with self.form.without_waiting():
            self.form.reload(self.form.definition)

    @precondition(lambda self: self.fetcher.calls)
    @rule(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.fetcher.begin(data.draw(st.integers(0, len(self.fetcher.calls) - 1)))

    @precondition(lambda self: self.fetcher.calls)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        self.fetcher.end(data.draw(st.integers(0, len(self.fetcher.calls) - 1)))

    @invariant()
    def nothing_stale_is_shown(self) -> None:
        with self.form.without_waiting():
            described = self.form.describe()
        chosen = self.form.plain("object")
        pipeline = next(each for each in described["fields"] if each["name"] == "pipeline")
        mapper = described["mapper"]
        if "loading" not in pipeline and "failure" not in pipeline:
            assert values_of(pipeline) == (PIPELINES[str(chosen)] if chosen else [])
        if "loading" not in mapper and "failure" not in mapper:
            offered = [option["value"] for option in mapper["app_fields"]]
            assert offered == (APP_FIELDS[str(chosen)] if chosen else [])

    def teardown(self) -> None:
        """In the end it shows what a form shows that waits for everything."""
        self.plugin.broken = ""
        for name in ("object", "pipeline", "mapping"):
            self.stop_or_retry(name, True)
        self.fetcher.end_all()
        waits = outbound_form(AcmeCRM())
        waits.restore(self.form.values, {}, mapping=self.form.mapping)
        assert at_rest(self.form) == at_rest(waits)
        assert self.fetcher.calls == []


TestLiveForm = LiveForm.TestCase
TestLiveForm.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


@settings(max_examples=60, deadline=None)
@given(clicks=st.lists(CHOICES, max_size=8))
def test_clicks_that_are_waited_for_do_what_they_do_by_name(
    clicks: list[tuple[str, object]],
) -> None:
    fetcher = HeldFetcher()
    live, waits = form_by(AcmeCRM(), fetcher), outbound_form(AcmeCRM())
    for choice in clicks:
        click(live, *choice)
        shown(live, "object")
        fetcher.end_all()
        waits.set(*choice)
        assert live.describe() == waits.describe()
