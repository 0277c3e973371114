"""A run of an inbound sync on Snowflake: the app's records into the results table of the run."""

from __future__ import annotations

import json
from threading import Lock
from typing import TYPE_CHECKING, Any

from devsession.errors import DeadlineError, UsageError
from devsession.http.deadline import Deadline, until
from devsession.plugin.inbound import InboundSyncRequest
from devsession.plugin.managed import managing
from devsession.plugin.stream_page import Secrets
from devsession.publish.inside.limits import limits_kept
from devsession.publish.inside.sending import results_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snowflake.snowpark import Session

    from devsession.plugin.contract import Plugin
    from devsession.plugin.omnata_answers import InboundPayload
    from devsession.plugin.stream_store import Checkpoint
    from devsession.publish.inside.platform import Known

_CHARACTERS_WRITTEN = 4_000_000
_INSERT = """insert into {table} (APP_IDENTIFIER, STREAM_NAME, RETRIEVE_DATE, RECORD_DATA, IS_DELETED)
select
  f.value[0]::varchar,
  ?,
  f.value[1]::varchar::timestamp_ntz,
  f.value[2]::varchar,
  f.value[3]::boolean
from table(flatten(input => parse_json(?))) as f"""


def read_streams(
    plugin: Plugin, session: Session, payload: InboundPayload, known: Known
) -> dict[str, Any]:
    """Call sync_inbound on the streams of the run.

    Gives for each stream how many records came, and the state that covers them: it is told only
    when they are stored, so that a run that is killed is read again from where it began.
    """
    secrets = known.fetch(payload.oauth_secret_name, payload.other_secrets_name)
    parameters = payload.parameters(secrets)
    states = payload.states
    streams = [
        each.model_copy(update={"latest_state": states.get(name)})
        for name, each in payload.streams_configuration.included_streams.items()
    ]
    store = TableStreams(session, results_of(payload))
    deadline = Deadline(payload.time_limit_mins * 60)
    find = Secrets(find=lambda text: list(known.redactor.find(text)), redact=known.redacted)
    request = InboundSyncRequest(streams, store, secrets=find)
    with limits_kept(plugin, parameters, deadline), until(deadline):
        try:
            with managing(redact=known.redacted, keep=lambda _: None), request:
                plugin.sync_inbound(parameters, request)
        except DeadlineError:
            if not deadline.over:
                raise
    return {
        "run_id": payload.run_id,
        "streams": {
            name: {
                "records": each.stored,
                "complete": each.complete,
                "state": store.states.get(name, states.get(name)),
            }
            for name, each in request.progress.items()
        },
        "timed_out": deadline.over,
    }


class TableStreams:
    """A `StreamStore`: the results table of a run. states: stream -> the state of what is stored."""

    def __init__(self, session: Session, table: str) -> None:
        self._session = session
        self._table = table
        self._turn = Lock()  # one session takes one statement at a time
        self.states: dict[str, dict[str, Any]] = {}

    def store(self, checkpoint: Checkpoint) -> None:
        """As `StreamStore` says. Raises: UsageError for deletes by criteria."""
        name = checkpoint.stream.stream_name
        if checkpoint.delete_criteria:
            raise UsageError(
                f"stream {name!r}: delete_by_criteria() has no way to a results table on Snowflake",
                next_step="enqueue the records that are gone with is_delete=True",
                stream=name,
            )
        with self._turn:
            self._session.sql("begin").collect()
            try:
                for piece in _pieces(checkpoint.rows()):
                    insert = _INSERT.format(table=self._table)
                    self._session.sql(insert, params=[name, piece]).collect()
                self._session.sql("commit").collect()
            except BaseException:
                self._session.sql("rollback").collect()
                raise
            if checkpoint.state is not None:
                self.states[name] = checkpoint.state


def _pieces(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Records as JSON, `[identifier, when, record, deleted]` each, by pieces."""
    piece: list[str] = []
    size = 0
    for row in rows:
        when = row["RETRIEVE_DATE"].replace(tzinfo=None).isoformat(sep=" ")
        values = [row["APP_IDENTIFIER"], when, row["RECORD_DATA"], row["IS_DELETED"]]
        piece.append(json.dumps(values))
        size += len(piece[-1])
        if size > _CHARACTERS_WRITTEN:
            yield f"[{','.join(piece)}]"
            piece, size = [], 0
    if piece:
        yield f"[{','.join(piece)}]"
