"""How a source reads other systems than the recorded one: empty, huge, failing, in other scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.testing.author_lines import line_of, line_raising
from devsession.testing.contract.telling import NotTriedError, flaw, said
from devsession.testing.source_contract.bench import HOLDERS, SINCE, excludes
from devsession.testing.source_contract.system import (
    UNICODE,
    empty,
    many,
    numbered,
    unicode_names,
)

if TYPE_CHECKING:
    from devsession.errors import PluginError
    from devsession.testing.source_contract.bench import SourceBench, SourceRun

_SHOWN = 5


def empty_system(bench: SourceBench) -> list[PluginError]:
    """Nothing is raised, and nothing of the recorded system comes."""
    bench.whole  # noqa: B018  or why it cannot be tried
    return raised(
        bench, bench.run(bench.app(altered=empty())), "a system in which all lists are empty"
    )


def unicode_system(bench: SourceBench) -> list[PluginError]:
    """What has another name in the system has it in the catalog."""
    names = {name for _, name in bench.names}
    if not names:
        raise NotTriedError("no recorded answer has the name of an entity in it")
    run = bench.run(bench.app(altered=unicode_names(names)))
    tried = f"names with {UNICODE!r} behind them"
    if found := raised(bench, run, tried):
        return found
    came = {(each.entity_type, each.name) for each in run.entities}
    # What keeps its name has it from elsewhere, and by chance the same.
    expected = {
        (kind, f"{name}{UNICODE}") for kind, name in bench.names if (kind, name) not in came
    }
    if missing := sorted(f"{kind} {name!r}" for kind, name in expected - came):
        known = {(each.entity_type, each.name) for each in bench.whole.entities}
        instead = sorted(f"{kind} {name!r}" for kind, name in came - expected - known)
        told = f"; there came {', '.join(instead[:_SHOWN])}" if instead else ""
        return [
            flaw(
                f"it did not come: {', '.join(missing[:_SHOWN])}{told}",
                tried=tried,
                where=line_of(bench.plugin_class, "generate"),
                next_step="pass names on as they are; in addresses quote them: "
                "urllib.parse.quote(name, safe='')",
            )
        ]
    return []


def huge_system(bench: SourceBench) -> list[PluginError]:
    """All of a list that is long comes."""
    innermost = [each for each in bench.names if each[0] not in HOLDERS]
    if not innermost:
        raise NotTriedError("no recorded answer has the name of a table in it")
    kind, times = innermost[0][0], bench.config.records
    names = {name for each, name in innermost if each == kind}
    run = bench.run(bench.app(altered=many(names, times)))
    tried = f"a system with {times} of one {kind}"
    if found := raised(bench, run, tried):
        return found
    came = {each.name for each in run.entities if each.entity_type == kind}
    most = max(sum(numbered(name, n) in came for n in range(1, times)) for name in names)
    if most == times - 1:
        return []
    return [
        flaw(
            f"of {times} in one answer {most + 1:,} came",
            tried=tried,
            where=line_of(bench.plugin_class, "generate"),
            next_step="go through all of the answer, and through all pages",
        )
    ]


def incremental(bench: SourceBench) -> list[PluginError]:
    """With a watermark nothing is raised, and what comes is of the whole."""
    run = bench.incremental
    tried = f"ctx.since = {SINCE}, which is in November 2023, in milliseconds since 1970"
    if found := raised(bench, run, tried):
        return found
    whole = {each.fqn for each in bench.whole.entities}
    new = sorted({each.fqn for each in run.entities} - whole)
    if not new:
        return []
    return [
        flaw(
            f"with a watermark other entities come than without: {', '.join(new[:_SHOWN])}",
            tried=tried,
            where=line_of(bench.plugin_class, "generate"),
            next_step="let `since` leave out what has not changed, and change nothing else",
        )
    ]


def selection(bench: SourceBench) -> list[PluginError]:
    """What is excluded is neither yielded nor asked for by its name; all else comes as before."""
    level, name, run = bench.excluding
    tried = f"{level}: excludes {excludes(name)}"
    if found := raised(bench, run, tried):
        return found
    where, found = line_of(bench.plugin_class, "generate"), []
    asked = [each.url for each in run.app.heard if name in each.url.partition("?")[0].split("/")]
    if asked:
        what = f"{name} is excluded, and asked for all the same: {asked[0]}"
        step = f'ask self.takes("{level}", .., name) before the system is asked, or have a topology'
        found.append(flaw(what, tried=tried, where=where, next_step=step))
    others = {(kind, each) for kind, each in bench.names if each != name}
    came = {(each.entity_type, each.name) for each in run.entities}
    if missing := sorted(f"{kind} {each}" for kind, each in others - came):
        what = f"with {name} excluded others are missing too: {', '.join(missing[:_SHOWN])}"
        found.append(flaw(what, tried=tried, where=where, next_step="leave out no more than that"))
    return found


def failures_are_told(bench: SourceBench) -> list[PluginError]:
    """Where one request is answered 500, something says so."""
    for url, run in bench.failing:
        if run.problems or run.came.raised:
            continue
        if (
            len(run.entities) < len(bench.whole.entities)
            or run.came.lines != bench.whole.came.lines
        ):
            lost = len(bench.whole.entities) - len(run.entities)
            told = (
                f"{lost} of {len(bench.whole.entities)} entities are missing"
                if lost
                else "it differs"
            )
            return [
                flaw(
                    f"{told}, and no error says so",
                    tried=f"a system that answers 500 to {url}",
                    where=line_of(bench.plugin_class, "generate"),
                    next_step="let it raise, or yield Either(left=OMError(name, message)) and go on",
                )
            ]
    return []


def raised(bench: SourceBench, run: SourceRun, tried: str) -> list[PluginError]:
    """What came out of the author's code, or was told as an error."""
    source = bench.plugin_class
    for name, error in run.came.raised.items():
        return [
            flaw(
                f"{name}() raised {said(error)}",
                tried=tried,
                where=line_raising(error, source) or line_of(source, name),
                next_step="mend that line",
            )
        ]
    where = line_of(source, "generate")
    return [
        flaw(f"an entity is lost: {problem}", tried=tried, where=where, next_step="mend its cause")
        for problem in run.problems[:1]
    ]
