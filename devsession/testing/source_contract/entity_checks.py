"""What a source comes to, against the rules of entities and lineage."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from devsession.openmetadata.review.catalog import reads
from devsession.openmetadata.review.rules import check_items
from devsession.openmetadata.review.written import differences
from devsession.testing.author_lines import line_of, line_raising
from devsession.testing.contract.telling import flaw, said

if TYPE_CHECKING:
    from devsession.errors import PluginError
    from devsession.testing.source_contract.bench import SourceBench

_SHOWN = 5
_TRIED = "the system as it was recorded"


def reads_the_system(bench: SourceBench) -> list[PluginError]:
    """Nothing is raised, nothing is lost, something comes."""
    run, source = bench.recorded, bench.plugin_class
    found = [
        flaw(
            f"{name}() raised {said(error)}",
            tried=_TRIED,
            where=line_raising(error, source) or line_of(source, name),
            next_step="mend that line",
        )
        for name, error in run.came.raised.items()
    ]
    if found:
        return found
    where = line_of(source, "generate")
    told = [
        flaw(f"an entity is lost: {problem}", tried=_TRIED, where=where, next_step="mend its cause")
        for problem in run.problems[:_SHOWN]
    ]
    if not told and not run.entities:
        step = "yield what the system holds: tables, pipelines, dashboards, topics or containers"
        told.append(flaw("it comes to no entity", tried=_TRIED, where=where, next_step=step))
    return told


def names(bench: SourceBench) -> list[PluginError]:
    """M01 to M03."""
    return _broken(bench, "M01", "M02", "M03")


def once(bench: SourceBench) -> list[PluginError]:
    """M04, M05."""
    return _broken(bench, "M04", "M05")


def parents(bench: SourceBench) -> list[PluginError]:
    """M06, M15."""
    run = bench.whole
    supplied = run.came.report.supplied
    found = _broken(bench, "M06", "M15")
    # A service by its bare name says nothing; what is below it has more to say.
    if below := [name for name in supplied if name != bench.service]:
        found.append(
            flaw(
                f"it never yields what tables hang under: {', '.join(below[:_SHOWN])}",
                tried=f"{_TRIED}: the workflow supplied them by their bare names",
                where=line_of(bench.plugin_class, "generate"),
                next_step="yield Database and DatabaseSchema before their tables",
            )
        )
    return found


def shapes(bench: SourceBench) -> list[PluginError]:
    """M11 to M14."""
    return _broken(bench, "M11", "M12", "M13", "M14")


def lineage(bench: SourceBench) -> list[PluginError]:
    """M07, M08."""
    return _broken(bench, "M07", "M08")


def second_run(bench: SourceBench) -> list[PluginError]:
    """The same entities, in the same order."""
    first, second = bench.whole.came.lines, bench.run(bench.app()).came.lines
    where = line_of(bench.plugin_class, "generate")
    step = "leave out clocks, random numbers and counters; sort what comes from a set"
    if told := differences(second, first):
        what = "; ".join(told[:_SHOWN])
        return [
            flaw(
                f"a second run differs: {what}",
                tried=f"{_TRIED}, twice",
                where=where,
                next_step=step,
            )
        ]
    swapped = [one for one, other in zip_longest(first, second) if one != other]
    if swapped:
        names = ", ".join(str(each and each.get("name")) for each in swapped[:_SHOWN])
        what = f"a second run comes in another order: {names}"
        return [flaw(what, tried=f"{_TRIED}, twice", where=where, next_step=step)]
    return []


def _broken(bench: SourceBench, *rules: str) -> list[PluginError]:
    """What breaks these rules, in the run that was recorded."""
    report = check_items(bench.whole.came.items, reads=reads(bench.step_config))
    return [
        flaw(
            f"{found.text} ({found.rule})",
            tried=_TRIED,
            where=line_of(bench.plugin_class, "generate"),
            next_step=found.fix,
        )
        for found in report.findings
        if found.rule in rules
    ]
