"""Records that were not recorded, made of those that were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devsession.errors import PluginError
from devsession.testing.contract.telling import NotTriedError, trying

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pandas import DataFrame

    from devsession.plugin.contract import Plugin
    from devsession.plugin.parameters import OutboundSyncConfigurationParameters
    from devsession.testing.scenarios import LoadedScenario

_RECORD = "TRANSFORMED_RECORD"
HUGE_LETTERS = 100_000
UNICODE = "Zoë 数据 🜁 e\u0301 \u202eעברית\u202c \"'\\\n&<%"


def plain_records(scenario: LoadedScenario, number: int) -> DataFrame:
    """Records with identifiers of their own, and values of the recorded ones."""
    return changed_records(scenario, [f"contract-{at}" for at in range(number)], lambda each: each)


def changed_records(
    scenario: LoadedScenario, identifiers: Sequence[str], change: Callable[[Any], Any]
) -> DataFrame:
    """The same with other identifiers, and values that are changed."""
    templates = _typical(scenario)
    frame = templates.iloc[[at % len(templates) for at in range(len(identifiers))]]
    frame = frame.reset_index(drop=True)
    frame["IDENTIFIER"] = list(identifiers)
    changed = [change(each) if each is not None else None for each in frame[_RECORD]]
    frame[_RECORD] = frame[_RECORD].__class__(changed, dtype=object)
    return frame


def of_action(scenario: LoadedScenario, action: str, state: str) -> DataFrame:
    """One record with this action, as it stands in a run. state: what it is, seen from the app."""
    record = plain_records(scenario, 1)
    record["SYNC_ACTION"] = action
    known = [each for each in scenario.expected["APP_IDENTIFIER"] if each]
    record["APP_IDENTIFIER"] = None if state == "new" else (known or ["contract-app-1"])[0]
    if state == "gone":
        record["TRANSFORMED_RECORD_PREVIOUS"] = record[_RECORD]
        record[_RECORD] = None
    return record.astype(object)


def huge(record: Any) -> Any:
    """Its first text is as long as a book."""
    return _changed(record, lambda _: "x" * HUGE_LETTERS, most=1)


def unicode(record: Any) -> Any:
    """Each text holds several scripts, an emoji, quotes and a line's end."""
    return _changed(record, lambda text: text + UNICODE)


def nulls(record: Any) -> Any:
    """Each value is null."""
    return dict.fromkeys(record) if isinstance(record, dict) else record


def with_records(
    plugin: Plugin, parameters: OutboundSyncConfigurationParameters, records: DataFrame
) -> DataFrame:
    """Without the records that the plugin's validator refuses: a run does not send them.

    Raises: NotTriedError when none is left.
    """
    mappings = parameters.field_mappings
    if records.empty or mappings is None or not plugin.has("outbound_record_validator"):
        return records
    kept = []
    for record in records[_RECORD]:
        if not isinstance(record, dict):
            kept.append(True)
            continue
        types = {name: "number" if _is_number(value) else "text" for name, value in record.items()}
        refused, raised = trying(
            lambda record=record, types=types: plugin.outbound_record_validator(  # type: ignore[misc]
                parameters.sync_parameters, mappings, record, types
            )
        )
        if raised is not None:
            raise PluginError(
                f"outbound_record_validator raised {type(raised).__name__}: {raised}",
                next_step="return {field: message} for a value that cannot be sent",
            )
        kept.append(not refused)
    if not any(kept):
        raise NotTriedError("outbound_record_validator refuses such records, so no run sends them")
    left: DataFrame = records[kept].reset_index(drop=True)
    return left


def _typical(scenario: LoadedScenario) -> DataFrame:
    """The records that were recorded with success; all when there are none."""
    expected = scenario.expected
    good = set(expected[expected["SUCCESS"].astype(bool)]["IDENTIFIER"].astype(str))
    records = scenario.records
    chosen = records[records["IDENTIFIER"].astype(str).isin(good)]
    chosen = chosen if len(chosen) else records
    first = chosen["SYNC_ACTION"].iloc[0]
    typical: DataFrame = chosen[chosen["SYNC_ACTION"] == first]
    return typical


def _changed(record: Any, change: Callable[[str], str], most: int | None = None) -> Any:
    if not isinstance(record, dict):
        return record
    texts = [name for name, value in record.items() if isinstance(value, str)][:most]
    return {**record, **{name: change(record[name]) for name in texts}}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
