"""Whatever is clicked, in whatever order: what a form holds is valid, and it shows no secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from devsession.errors import FormError
from devsession.plugin.mapping import check_mapping

from .acme import COLUMNS, PIPELINES, AcmeCRM, connection_form, outbound_form

if TYPE_CHECKING:
    from devsession.plugin.form import Form

FIELDS = ["object", "pipeline", "language", "note", "notify", "subject"]
SECRET = "hush-hush-hush"
VALUES = st.sampled_from(
    ["contact", "deal", "leads", "sales", "shared", "en", "fr", "", None, True, False, 5]
)
APP_FIELDS = st.sampled_from(["email", "name", "phone", "amount", "other"])
SOURCES = st.sampled_from(["EMAIL", "FIRST", "NONE", None, 5])


def refusal_of(form: Form, values: dict[str, object]) -> FormError | None:
    try:
        form.fill(**values)
    except FormError as refusal:
        return refusal
    return None


class SyncForm(RuleBasedStateMachine):
    """Clicks, fills, outages and reloads on the form of a sync."""

    def __init__(self) -> None:
        super().__init__()
        self.plugin = AcmeCRM()
        self.form = outbound_form(self.plugin)

    @rule(name=st.sampled_from(["object", "pipeline"]), place=st.integers(0, 1))
    def pick(self, name: str, place: int) -> None:
        for option in self.form.options(name)[place : place + 1]:
            self.form.set(name, option.value)

    @rule(place=st.integers(0, 2), column=st.sampled_from(COLUMNS))
    def map_what_is_offered(self, place: int, column: str) -> None:
        for app_field in self.form.app_fields()[place : place + 1]:
            self.form.map(app_field.value, column)

    @rule(name=st.sampled_from(FIELDS), value=VALUES)
    def set(self, name: str, value: object) -> None:
        self.form.set(name, value)

    @rule(app_field=APP_FIELDS, source=SOURCES)
    def map(self, app_field: str, source: object) -> None:
        self.form.map(app_field, source)  # type: ignore[arg-type]

    @rule(values=st.dictionaries(st.sampled_from(FIELDS), VALUES))
    def fill(self, values: dict[str, object]) -> None:
        before = self.form.describe()
        refusal = refusal_of(self.form, values)
        assert self.form.describe() == before if refusal else self.form.complete

    @rule(broken=st.sampled_from(["", "the app is away"]))
    def outage(self, broken: str) -> None:
        self.plugin.broken = broken
        self.form.reload(self.form.definition)

    @invariant()
    def choices_are_options(self) -> None:
        self.form.describe()
        for name in self.form.values.keys() & {"object", "pipeline", "language"}:
            offered = {option.value: option for option in self.form.options(name)}
            chosen = self.form.values[name]
            assert name in self.form.errors or not offered[chosen.value].disabled
            assert name in self.form.errors or offered[chosen.value].metadata == chosen.metadata

    @invariant()
    def options_are_those_of_what_they_depend_on(self) -> None:
        chosen = self.form.values.get("object")
        offered = [option.value for option in self.form.options("pipeline")]
        assert offered == (PIPELINES[chosen.value] if chosen else [])

    @invariant()
    def what_is_mapped_can_be_mapped(self) -> None:
        offered = self.form.app_fields()
        mapped = self.form.mapping.as_dict() if self.form.mapping else {}
        problems = check_mapping(mapped, columns=COLUMNS, app_fields=offered)
        assert not offered or not problems.keys() & mapped.keys()

    @invariant()
    def only_what_is_asked_is_answered(self) -> None:
        assert all(self.form.is_asked(name) for name in self.form.values)

    @invariant()
    def complete_means_fill_agrees(self) -> None:
        assert not self.form.complete or self.form.fill() is None


class ConnectionForm(RuleBasedStateMachine):
    """Secrets typed, taken back and carried between methods."""

    def __init__(self) -> None:
        super().__init__()
        self.form = connection_form(AcmeCRM())

    @rule(
        name=st.sampled_from(["tenant_url", "api_key", "user", "password"]),
        value=st.sampled_from([SECRET, "", None, 5]),
    )
    def set_secret(self, name: str, value: object) -> None:
        is_secret = name in ("api_key", "password")
        if name in self.form.fields:
            self.form.set(name, value if is_secret else "plain")

    @rule(method=st.sampled_from(["API Key", "Password"]))
    def choose(self, method: str) -> None:
        self.form.choose(method)

    @rule(method=st.sampled_from(["API Key", "Password", "None"]), key=st.just(SECRET))
    def fill(self, method: str, key: str) -> None:
        refusal = refusal_of(self.form, {"method": method, "api_key": key})
        assert SECRET not in str(refusal)

    @invariant()
    def no_secret_is_shown(self) -> None:
        shown = json.dumps(self.form.describe())
        assert SECRET not in f"{shown} {self.form!r} {vars(self.form)} {self.form.values}"


TestSyncForm = SyncForm.TestCase
TestSyncForm.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
TestConnectionForm = ConnectionForm.TestCase
TestConnectionForm.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
