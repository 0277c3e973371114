"""The first part of a sync's form: source, identifier and strategy, chosen by clicks or by call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import SourceError, UnknownNameError, UsageError, WarehouseError
from devsession.notebook.form_widget import FormWidget
from devsession.plugin.strategies import UPSERT, OutboundSyncStrategy
from devsession.session.sampling import sample_of
from devsession.session.source_part import QUERY, SourcePart
from devsession.session.views import draft_of, sync_call
from tests.session.conftest import MAPPING, contacts_of

if TYPE_CHECKING:
    from devsession import DevelopmentSession
    from devsession.plugin.contract import Plugin
    from devsession.plugin.parameters import OutboundSyncConfigurationParameters
    from devsession.session.sync import Sync
    from tests.session.conftest import Project


@dataclass
class Part:
    """The part as its page sees it."""

    part: SourcePart

    def field(self, name: str) -> dict[str, Any]:
        return next(field for field in self.part.shown()["fields"] if field["name"] == name)

    def declare(self, name: str, value: str) -> dict[str, Any]:
        """Choose as a click does; the field afterwards."""
        self.part.receive({"type": "declare", "name": name, "value": value})
        return self.field(name)

    def offered(self, name: str) -> list[str]:
        return [option["label"] for option in self.part.shown()["offered"][name]]


@pytest.fixture
def part(session: DevelopmentSession, contacts: Sync) -> Part:
    """The part of a sync of three contacts."""
    assert contacts.filled
    return Part(SourcePart(session, contacts))


@pytest.fixture
def people(session: DevelopmentSession) -> str:
    """A table without first names: two of the contacts, one of them changed, and another one."""
    rows = (
        "(1, 'ada@example.com', 'x'), (2, 'grace@new.example', 'x'), (9, 'joan@example.com', null)"
    )
    session.account.execute(
        "create or replace table PEOPLE as select column1 as ID, column2 as EMAIL, column3 as NICK "
        f"from (values {rows})"
    )
    return "PEOPLE"


def test_tables_columns_and_strategies_are_offered(part: Part, contacts: Sync) -> None:
    assert contacts.record.source in part.offered("source")
    assert part.offered("source")[-1] == "A query"
    assert part.offered("identifier") == ["ID · number", "EMAIL · text", "FIRST_NAME · text"]
    assert "Upsert · Create, Update" in part.offered("strategy")
    assert part.field("strategy")["help"].startswith(
        "new: Create; changed: Update; gone, unchanged"
    )
    assert part.field("identifier")["notice"] == "3 rows, each with a value of its own"


def test_another_source_keeps_the_mapped_columns_that_it_has(
    session: DevelopmentSession, contacts: Sync, part: Part, people: str
) -> None:
    source = part.declare("source", people)

    assert source["notice"] == "it has no FIRST_NAME: not mapped any more"
    assert contacts.form.mapping.as_dict() == {"email": "EMAIL"}  # type: ignore[union-attr]
    assert "has no column 'FIRST_NAME'" in contacts.form.notices["mapping.first_name"]
    assert [column.name for column in contacts.form.source_columns()] == ["ID", "EMAIL", "NICK"]
    assert sample_of(session, contacts).rows[1] == ["2", "grace@new.example"]
    assert contacts.record.source != people  # nothing is saved yet
    assert contacts.save() == f"{contacts.slug} saved, changed: mapping, source"
    assert session.sync(contacts.slug).record.source == people


def test_a_column_that_comes_back_is_mapped_again(contacts: Sync, people: str) -> None:
    contacts.choose(source=people)
    contacts.choose(source=contacts.record.source)

    assert contacts.form.mapping.as_dict() == MAPPING  # type: ignore[union-attr]
    assert contacts.form.notices == {}


def test_an_identifier_that_the_source_lacks_or_that_names_no_row_says_so(
    contacts: Sync, part: Part, people: str
) -> None:
    part.declare("identifier", "FIRST_NAME")
    part.declare("source", people)
    assert "has no column 'FIRST_NAME'" in part.field("identifier")["error"]
    with pytest.raises(UnknownNameError, match="FIRST_NAME"):
        contacts.save()

    assert part.declare("identifier", "NICK")["error"] == (
        "1 row of 3 without a value, 1 row of 3 with that of another: "
        "a run needs one for each row, different from all others"
    )
    assert not part.declare("identifier", "EMAIL")["error"]


def test_a_query_is_a_source(contacts: Sync, part: Part) -> None:
    table = contacts.record.source
    part.declare("source", QUERY)
    query = part.field("query")
    assert query["value"].lower() == f"select *\nfrom {table}".lower()
    assert contacts.form.lost_columns == []

    part.declare("query", f"select ID, EMAIL from {table}")
    assert part.offered("identifier") == ["ID · number", "EMAIL · text"]
    refused = part.declare("query", "select ID, from")
    assert "the query cannot be a source" in refused["error"]
    assert part.declare("query", "sel")["error"] == "a query begins with SELECT or WITH"
    assert contacts.form.columns == ["ID", "EMAIL"]  # of the last one that can be read
    with pytest.raises(UsageError):
        contacts.save()


def test_what_is_chosen_can_be_copied_as_code(
    session: DevelopmentSession, contacts: Sync, people: str
) -> None:
    contacts.choose(source=people, identifier="EMAIL")
    code = sync_call(contacts)
    assert f"source='{people}', identifier='EMAIL', strategy='Upsert')\n" in code.replace(
        ",\n    ", ", "
    ).replace(",\n)", ")")

    exec(code, {"session": session})

    assert (contacts.record.source, contacts.record.identifier) == (people, "EMAIL")
    contacts.choose(source=f"select *\nfrom {people}")
    exec(sync_call(contacts), {"session": session})
    assert contacts.record.source == f"select *\nfrom {people}"


def test_a_cell_that_is_run_again_wins_and_says_what_the_form_had_chosen(
    session: DevelopmentSession, contacts: Sync, people: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table, form = contacts.record.source, contacts.form
    contacts.choose(source=people)
    session.sync(contacts.slug)
    assert contacts.declaration.record.source == people  # fetched: nobody declared another

    session.sync(contacts.slug, source=table, identifier="ID")
    said = capsys.readouterr().out
    assert said.endswith(f"chosen on its form, not saved, now forgotten: source {people}\n")

    contacts.choose(source=people)
    contacts.save()
    session.sync(contacts.slug, source=table, identifier="ID")
    assert f"saved, changed: source\n  source was {people}\n" in capsys.readouterr().out
    assert contacts.form is form
    assert form.columns == ["ID", "EMAIL", "FIRST_NAME"]


def test_a_source_that_was_not_saved_is_offered_to_the_next_kernel(
    project: Project, session: DevelopmentSession, contacts: Sync, people: str
) -> None:
    assert draft_of(session, contacts).shown() is None
    contacts.choose(source=people)

    anew = project.restart()
    again = anew.sync(contacts.slug)
    draft = draft_of(anew, again)

    assert again.declaration.record.source != people
    assert draft.shown() == {"labels": ["source", "Fields"]}
    assert draft.receive({"type": "bring_back"}) == "It is back: Save keeps it"
    assert again.declaration.record.source == people
    assert again.form.mapping.as_dict() == {"email": "EMAIL"}  # type: ignore[union-attr]


def test_a_strategy_that_the_manifest_has_lost(
    project: Project, session: DevelopmentSession, contacts: Sync, part: Part
) -> None:
    assert contacts.form.complete
    project.edit_plugin("=[UPSERT]", '=["Mirror", "Send"]')
    session.refresh()

    assert part.offered("strategy") == ["Mirror · Create, Update, Delete", "Send"]
    assert "does not support the strategy 'Upsert'" in part.field("strategy")["error"]
    assert contacts.form.complete
    with pytest.raises(UnknownNameError, match="does not support the strategy 'Upsert'"):
        contacts.save()
    assert not part.declare("strategy", "Mirror")["error"]
    assert contacts.save() == f"{contacts.slug} saved, changed: strategy"


def test_the_plugin_is_asked_for_its_form_anew_for_another_strategy(
    session: DevelopmentSession, contacts: Sync, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str | None]] = []
    plugin = session.source.plugin_class
    define = plugin.outbound_configuration_form
    own = OutboundSyncStrategy(name="Archive", gone="Archive")
    known = {"outbound_target_types": ["a", "b"], "supported_outbound_strategies": [UPSERT, own]}
    manifest = session.plugin.get_manifest().model_copy(update=known)

    def ask(self: Plugin, given: OutboundSyncConfigurationParameters) -> object:
        asked.append((given.sync_strategy.name, given.target_type))
        return define(self, given)

    monkeypatch.setattr(plugin, "get_manifest", lambda _: manifest)
    monkeypatch.setattr(plugin, "outbound_configuration_form", ask)
    assert contacts.form.complete

    contacts.choose(target_type="b")
    contacts.choose(strategy="Archive")
    contacts.choose(strategy="Upset")

    assert asked[-1] == ("Archive", "b")
    assert contacts.form.complete
    assert list(contacts.declaration.problems) == ["strategy"]


def test_a_warehouse_that_is_gone_is_said_where_it_is_needed(
    session: DevelopmentSession, contacts: Sync, part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise WarehouseError("The warehouse is gone", next_step="run it again")

    assert contacts.form.complete
    with monkeypatch.context() as patched:
        for name in ("rows", "arrow"):
            patched.setattr(session.account, name, gone)
        part.part.receive({"type": "look_at_source"})
        shown = part.part.shown()
        assert shown["problem"] == "The warehouse is gone\nnext: run it again"
        assert part.field("source")["error"] == "cannot be looked at now"
        assert contacts.form.columns == ["ID", "EMAIL", "FIRST_NAME"]
        assert contacts.form.complete

    part.part.receive({"type": "look_at_source"})
    assert not part.part.shown()["problem"]
    assert not part.field("source")["error"]


def test_what_the_app_holds_is_told_as_the_next_run_does_it(
    session: DevelopmentSession, people: str
) -> None:
    sync = contacts_of(session, "held")
    assert session.run("held").succeeded == 3
    part = Part(SourcePart(session, sync))
    assert not part.field("source")["help"]

    told = part.declare("source", people)["help"]
    assert "holds 3 records of this sync" in told
    assert "is the same record: Update when its values differ" in told
    assert "is gone: left alone" in told
    # Ada is without a first name now, Grace has another address; Joan is new, Mary is gone.
    sync.save()
    assert sync.plan().actions == {"Create": 1, "Update": 2}

    told = part.declare("identifier", "EMAIL")["help"]
    assert "is a new record: Create" in told
    sync.save()
    assert sync.plan().actions == {"Create": 3, "Update": 0}


def test_the_static_picture_has_it(part: Part, contacts: Sync) -> None:
    table = contacts.record.source
    assert part.part.facts() == [("source", table), ("identifier", "ID"), ("strategy", "Upsert")]

    part.declare("identifier", "")
    assert part.field("identifier")["error"] == "identifier is required"
    assert part.part.facts()[1] == ("identifier", "identifier is required")

    part.declare("source", "NOWHERE")

    assert part.part.facts()[0][1].startswith("NOWHERE: there is no table 'NOWHERE' to sync from")


def test_the_page_is_sent_what_is_offered_apart(part: Part, contacts: Sync, people: str) -> None:
    widget = FormWidget(
        contacts.form,
        title="Sync",
        on_save=contacts.save,
        fill_call=lambda: sync_call(contacts),
        parts={"source": part.part},
    )
    widget.above = part.part.facts
    assert "offered" not in widget.state["source"]
    assert [each["value"] for each in widget.offered["source"]["strategy"]] == ["Upsert"]

    contacts.choose(source=people)

    assert widget.state["source"]["fields"][0]["value"] == people
    assert f"  source      {people}\n" in repr(widget)
    assert f"source={people!r}" in widget.state["fill_call"]


def test_what_a_sync_is_not_declared_with(contacts: Sync) -> None:
    with pytest.raises(UsageError, match="not declared with 'sourc'"):
        contacts.choose(sourc="PEOPLE")


def test_a_table_that_is_gone_stops_fill_and_comes_back(
    session: DevelopmentSession, contacts: Sync
) -> None:
    contacts.choose(source="select ID from NOWHERE")
    with pytest.raises(SourceError, match="the query cannot be a source"):
        contacts.fill(object="contact", mapping={"email": "ID"})

    session.account.execute("create or replace table NOWHERE as select 1 as ID")
    assert contacts.fill(object="contact", mapping={"email": "ID"}).endswith("mapping, source")
