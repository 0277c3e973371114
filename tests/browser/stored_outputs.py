"""All that a notebook keeps of what it showed: one of each, by the cell that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.notebook.card import SessionCard
from devsession.notebook.change import Change
from devsession.notebook.changes import Changes
from devsession.notebook.exchanges import Exchanges
from devsession.notebook.failing_cell import FailedExchange
from devsession.notebook.shown_exchange import ShownExchange
from devsession.notebook.timeline import Timeline
from devsession.plugin.report import Finding, Report
from devsession.secrets.audit import AuditReport
from devsession.secrets.audit import Finding as Found
from devsession.session.completion import Told
from devsession.session.summary import RunSummary
from devsession.testing.drift import Difference, DriftReport
from devsession.testing.scenarios import ScenarioReport
from tests.browser import forms
from tests.notebook.conftest import Exchange

if TYPE_CHECKING:
    from collections.abc import Mapping

REFUSED = Exchange(
    method="POST",
    status=422,
    reason="Unprocessable Entity",
    request_body='{"email": "zoë@example.com"}'.encode(),
    response_body=b'{"error":"email already taken"}',
)
ADA = {"email": "ada@example.com", "first_name": "Ada", "notes": "met in London " * 20}
TEMPLATE = "Dear {},\n\nwelcome to Acme.\n\nYours\n"

PICTURES: Mapping[str, Any] = {
    "session": SessionCard("Acme", next_step="session.connection"),
    "session.connection": forms.connection,
    "contacts": forms.sync,
    "contacts.changes()": Changes(
        "contacts",
        (
            Change(
                "1", "Update", ADA, {**ADA, "email": "ada@acme.test", "notes": ADA["notes"] + "!"}
            ),
            Change("2", "Create", None, {"email": "<zoë>"}, refused="email already taken"),
            Change("3", "Delete", {"email": "max@example.com"}, None),
        ),
        offered=212,
    ),
    "messages.changes(7)": Changes(
        "messages",
        (Change("7", "Update", TEMPLATE.format("Ada"), TEMPLATE.format("Ada Lovelace")),),
    ),
    "scenario.http": Exchanges([Exchange(), REFUSED]),
    "scenario.http[1]": ShownExchange(REFUSED),
    "scenario.timeline()": Timeline([Exchange(), REFUSED]),
    "post()": FailedExchange(REFUSED),
    "scenario.validate(outcomes)": Report("outcomes", (), 10),
    "scenario.run()": Report(
        "outcomes",
        (
            Finding(
                "O06",
                "error",
                ("ID-3", "ID-7"),
                9,
                "IDENTIFIER",
                "answered more than once",
                "answer each once: outcomes.ok(identifier)",
            ),
            Finding(
                "O11", "warning", (), 0, "<NOTES>", "a column that nobody reads", "leave it out"
            ),
        ),
        10,
    ),
    "scenario.complete()": Told(
        (
            "Scenario saved in scenarios/contacts/creates, no secret found",
            "Frozen: 10 records, 3 exchanges, 9 ok, 1 failed",
            '  ID-3: {"error": "email already taken"}',
            "next: devsession test",
        )
    ),
    "run_scenario(..)": ScenarioReport(
        "creates", 10, 3, ("record 3: SUCCESS False, expected True",)
    ),
    "session.run('contacts')": RunSummary(
        "contacts",
        1,
        scanned=5_000,
        created=4_990,
        failed=10,
        actions={"Create": 4_990},
        causes={"email already taken": 10},
    ),
    "audit(..)": AuditReport((Found("notes.ipynb", "line 7", "api_key", "base64"),), 12, 2),
    "drift(..)": DriftReport(
        "creates",
        3,
        (
            Difference(1, "POST /contacts", "body.score", "other value", "5", "'five'"),
            Difference(2, "GET /contacts", "", "no answer", "200", "timed out"),
        ),
    ),
}
