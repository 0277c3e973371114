"""`sync schedule`: what is printed, what is run on an account, and what is refused before it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from sqlglot.dialects.snowflake import Snowflake

from devsession import expression
from devsession.errors import NotFilledError, SecretLeakError, UsageError, WarehouseError
from devsession.plugin.omnata_answers import OutboundPayload
from devsession.session.scheduling import Wish, schedule_sync
from devsession.warehouse.cron import Cron
from tests.session.conftest import KEY, contacts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syrupy.assertion import SnapshotAssertion

    from devsession import DevelopmentSession
WISH = Wish(Cron("0 6 * * *", "UTC"))
PRINTED = replace(WISH, dry_run=True)


class TasksToo:
    """The session's warehouse, which besides takes what only Snowflake runs: it notes that."""

    name = "Snowflake account 'prod'"

    def __init__(self, account: Any, refused: str = "nothing is") -> None:
        self._account = account
        self._refused = refused
        self.there: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._account, name)

    def execute(self, sql: str, params: Sequence[object] = ()) -> int:
        if self._refused in sql:
            raise WarehouseError("Insufficient privileges to operate", tried=sql, code=3001)
        if re.match("grant|create or replace task|alter task", sql):
            self.there.append(sql)
            return 0
        return int(self._account.execute(sql, params))


@pytest.fixture(autouse=True)
def contacts(session: DevelopmentSession) -> None:
    contacts_of(session, "CONTACTS")


def test_a_dry_run_prints_it_and_runs_nothing(
    session: DevelopmentSession, snapshot: SnapshotAssertion
) -> None:
    tables = session.account.rows("select count(*) from INFORMATION_SCHEMA.TABLES")

    schedule = schedule_sync(session, "CONTACTS", PRINTED)

    assert str(schedule).partition("\nas\n")[0] == snapshot
    assert session.account.rows("select count(*) from INFORMATION_SCHEMA.TABLES") == tables
    assert schedule.to_dict()["statements"] == list(schedule.statements)


def test_the_procedure_is_given_a_payload_that_it_can_read(session: DevelopmentSession) -> None:
    schedule = schedule_sync(session, "CONTACTS", PRINTED)

    (task,) = [each for each in schedule.statements if "create or replace task" in each]
    (text,) = re.findall(r":run \|\| '(.*)'\)::object", task)
    given = json.loads('{"run_id": 7' + text.replace("''", "'").replace("\\\\", "\\"))
    payload = OutboundPayload.model_validate(given)
    assert payload.other_secrets_name == "DEVSESSION_SECRETS"
    assert payload.records_table_name == "SCHEDULED_1"
    assert payload.field_mappings == session.sync("CONTACTS").record.field_mappings


def test_without_an_account_it_gives_the_line_for_a_crontab(session: DevelopmentSession) -> None:
    with pytest.raises(UsageError) as error:
        schedule_sync(session, "CONTACTS", WISH)

    folder = session.workspace.folder
    assert f"0 6 * * * cd {folder} && " in error.value.next_step
    assert error.value.next_step.endswith("/devsession sync run CONTACTS")


@pytest.fixture
def on_account(session: DevelopmentSession, monkeypatch: pytest.MonkeyPatch) -> DevelopmentSession:
    """The same session, as if its warehouse were an account."""
    monkeypatch.setattr(session, "workspace", replace(session.workspace, account="prod"))
    return session


def test_on_an_account_the_task_is_made_and_resumed(
    on_account: DevelopmentSession, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    account = TasksToo(on_account.account)
    monkeypatch.setitem(on_account.__dict__, "account", account)

    schedule = schedule_sync(on_account, "CONTACTS", replace(WISH, compute_warehouse="SYNC_WH"))
    schedule_sync(on_account, "CONTACTS", WISH)  # once more

    assert [each.splitlines()[0] for each in account.there[:4]] == [
        'grant select on table DEVSESSION.SCHEDULED_1 to application "PRACTICE_CRM"',
        'grant select, insert on table DEVSESSION.SCHEDULED_1_RESULTS to application "PRACTICE_CRM"',
        'create or replace task "LOCAL"."PUBLIC".DEVSESSION_SYNC_1',
        'alter task "LOCAL"."PUBLIC".DEVSESSION_SYNC_1 resume',
    ]
    assert len(account.there) == 8
    assert str(schedule) == snapshot


def test_what_snowflake_refuses_is_told(
    on_account: DevelopmentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = TasksToo(on_account.account, refused="to application")
    monkeypatch.setitem(on_account.__dict__, "account", account)

    with pytest.raises(WarehouseError, match="Insufficient privileges"):
        schedule_sync(on_account, "CONTACTS", WISH)

    assert account.there == []


def test_an_inbound_sync_is_refused(session: DevelopmentSession) -> None:
    session.inbound_syncs.save("people")

    with pytest.raises(UsageError, match="'people' is inbound, and a task runs outbound syncs"):
        schedule_sync(session, "people", PRINTED)


def test_a_sync_that_is_not_filled_is_refused(session: DevelopmentSession) -> None:
    session.sync("later", source="CONTACTS", identifier="ID")

    with pytest.raises(NotFilledError, match="sync 'later' is not filled"):
        schedule_sync(session, "later", PRINTED)


def test_a_secret_in_a_mapping_is_refused(session: DevelopmentSession) -> None:
    leaky = session.sync("leaky", source="CONTACTS", identifier="ID")
    leaky.fill(object="contact", mapping={"email": expression(f"'{KEY}'")})

    with pytest.raises(SecretLeakError) as error:
        schedule_sync(session, "leaky", PRINTED)

    assert KEY not in str(error.value)


def test_a_hostile_slug_stays_a_text(session: DevelopmentSession) -> None:
    slug = "x'\n; drop table T; -- \\"
    session.sync(slug, source="CONTACTS", identifier="ID").fill(
        object="contact", mapping={"email": "EMAIL"}
    )

    printed = str(schedule_sync(session, slug, replace(PRINTED, application='A"; drop user B')))

    head, _, statements = printed.partition("\n\n")
    assert all(line.startswith("--") for line in head.splitlines())
    assert "drop" not in {token.text.lower() for token in Snowflake().tokenize(statements)}


def test_a_crontab_takes_a_slug_as_it_is(session: DevelopmentSession) -> None:
    session.sync("50% off", source="CONTACTS", identifier="ID")

    with pytest.raises(UsageError) as error:
        schedule_sync(session, "50% off", WISH)

    assert error.value.next_step.endswith(r"sync run '50\% off'")
