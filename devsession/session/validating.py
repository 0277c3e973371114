"""What the plugin's `outbound_record_validator` refuses: shown before a run, never sent in one."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from devsession.errors import PluginRaisedError
from devsession.plugin.outcomes import OUTCOME_COLUMNS
from devsession.session.plugin_call import calling
from devsession.warehouse.records import RunRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pandas import DataFrame

    from devsession.plugin.outbound import RecordStore
    from devsession.plugin.parameters import OutboundSyncConfigurationParameters
    from devsession.session.development import DevelopmentSession
    from devsession.session.sync import Sync
    from devsession.session.vault import Vault
    from devsession.warehouse.staged import Stage

METHOD = "outbound_record_validator"
REFUSAL_COLUMNS = ("IDENTIFIER", "FIELD", "MESSAGE")
_BATCH = 10_000


class Refusal(NamedTuple):
    """A record that is not to be sent: field -> what is wrong with it."""

    identifier: str
    messages: Mapping[str, str]

    @property
    def text(self) -> str:
        """`field: message; field: message`."""
        return "; ".join(f"{field}: {message}" for field, message in self.messages.items())


class Validator:
    """The plugin's validator with what it is given beside each record."""

    def __init__(
        self,
        plugin: Any,
        parameters: OutboundSyncConfigurationParameters,
        source_types: Mapping[str, str],
        vault: Vault,
    ) -> None:
        self._plugin = plugin
        self._parameters = parameters
        self._source_types = source_types
        self._vault = vault

    def refusal(self, identifier: str, record: Mapping[str, Any] | None) -> Refusal | None:
        """What is wrong with a record; None to send it, and for one that is gone from the source.

        Raises: PluginRaisedError when the method raises or returns something else than it may.
        """
        if record is None:
            return None
        with calling(self._plugin, METHOD, self._vault, so_far=lambda: f"record {identifier}"):
            messages = self._plugin.outbound_record_validator(
                self._parameters.sync_parameters,
                self._parameters.field_mappings,
                dict(record),
                dict(self._source_types),
            )
        if wrong := _wrong(messages):
            raise PluginRaisedError(
                f"{METHOD}() of {type(self._plugin).__name__} returned {wrong}",
                tried=f"record {identifier}",
                where="plugin.py",
                next_step='return {"field": "what is wrong with it"}, or None to send the record',
                plugin=type(self._plugin).__name__,
                method=METHOD,
            )
        redact = self._vault.redactor.text
        told = {field: redact(message) for field, message in (messages or {}).items()}
        return Refusal(identifier, told) if told else None

    def refusals(self, batch: DataFrame) -> list[Refusal]:
        """Of the records of a batch, those that are not to be sent."""
        found = (
            self.refusal(identifier, record)
            for identifier, record in zip(
                batch["IDENTIFIER"], batch["TRANSFORMED_RECORD"], strict=True
            )
        )
        return [refusal for refusal in found if refusal is not None]

    def texts(self, batch: DataFrame) -> dict[str, str]:
        """The same as identifier -> what is wrong."""
        return {refusal.identifier: refusal.text for refusal in self.refusals(batch)}


class ValidatedRecords:
    """A run's records without those that are refused: they get a failed outcome instead."""

    def __init__(self, records: RecordStore, validator: Validator) -> None:
        self._records = records
        self._validator = validator

    def batches(self, *, actions: Sequence[str] | None, size: int) -> Iterator[DataFrame]:
        """The records that are to be sent."""
        for batch in self._records.batches(actions=actions, size=size):
            refusals = self._validator.refusals(batch)
            if not refusals:
                yield batch
                continue
            self._records.apply(_outcomes(refusals))
            sent = without(batch, refusals)
            if len(sent):
                yield sent

    def apply(self, outcomes: DataFrame) -> None:
        """Keep outcomes."""
        self._records.apply(outcomes)


def validator_of(session: DevelopmentSession, sync: Sync) -> Validator | None:
    """The validator, when the plugin has one."""
    plugin = session.plugin
    if not plugin.has(METHOD):
        return None
    return Validator(
        plugin, sync.parameters, session.engine.source_types(sync.record), session.vault
    )


def all_refusals(session: DevelopmentSession, sync: Sync, *, offered: int) -> Iterator[Refusal]:
    """What a run would refuse now; nothing is sent. offered: how many records it would offer."""
    validator = validator_of(session, sync) if offered else None
    if validator is None:
        return
    with staged_for_a_look(session, sync, records=offered) as staged:
        for batch in staged.batches(actions=None, size=_BATCH):
            yield from validator.refusals(batch)


def refusal_frame(refusals: Iterator[Refusal]) -> DataFrame:
    """One row a field, columns as in `REFUSAL_COLUMNS`."""
    from pandas import DataFrame

    rows = [
        (refusal.identifier, field, message)
        for refusal in refusals
        for field, message in refusal.messages.items()
    ]
    return DataFrame(rows, columns=list(REFUSAL_COLUMNS), dtype=object)


def without(batch: DataFrame, refusals: Sequence[Refusal]) -> DataFrame:
    """The records of a batch that are not refused."""
    refused = {refusal.identifier for refusal in refusals}
    return batch[~batch["IDENTIFIER"].isin(refused)].reset_index(drop=True)


@contextmanager
def staged_for_a_look(session: DevelopmentSession, sync: Sync, *, records: int) -> Iterator[Stage]:
    """What a run would offer now, let go afterwards; it is in no list of runs.

    records: how many at most. A stage of this many leaves that of a run that goes on alone.
    """
    look = RunRecord.unlisted(sync.record)
    staged = session.engine.stage(sync.record, look, sync.strategy, records=records)
    try:
        yield staged
    finally:
        staged.discard()


def _outcomes(refusals: Sequence[Refusal]) -> DataFrame:
    from pandas import DataFrame

    rows = [
        (refusal.identifier, False, None, json.dumps({"error": refusal.text}))
        for refusal in refusals
    ]
    return DataFrame(rows, columns=list(OUTCOME_COLUMNS), dtype=object)


def _wrong(messages: object) -> str:
    """What it is instead of None, or of a dict of texts; "" for either."""
    if messages is None:
        return ""
    if not isinstance(messages, dict):
        return type(messages).__name__
    for field, message in messages.items():
        if not (isinstance(field, str) and field.strip()):
            return f"a dict with a {type(field).__name__} for a field's name"
        if not (isinstance(message, str) and message.strip()):
            return f"a dict with no text for {field!r}"
    return ""
