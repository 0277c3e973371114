"""How a source is operated: it waits, goes on after a cut, tells its errors, counts, asks for little.

Source: developing-metadata-plugins guide, "Operational guidance", "Security and compliance".
"""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.render import counted, shortened
from devsession.testing.author_lines import folder_of, line_of, line_raising, spelled
from devsession.testing.contract.refusal import Refusal
from devsession.testing.contract.telling import NotTriedError, flaw
from devsession.testing.source_contract.bench import SINCE, excludes
from devsession.testing.source_contract.system_checks import raised
from devsession.testing.step_contract.busy import MOST_TRIES, RETRY_AFTER_SECONDS, Busy

if TYPE_CHECKING:
    from devsession.errors import PluginError
    from devsession.recording.exchange import Exchange
    from devsession.testing.source_contract.bench import SourceBench, SourceRun

_SHOWN = 5
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_YIELD = "yield Either(left=OMError(name, message)): the workflow logs entity, step and cause"
_README = "README.md"


def waits_for_a_busy_system(bench: SourceBench) -> list[PluginError]:
    """Each request is first answered 429, then 503, with Retry-After: all comes all the same."""
    bench.whole  # noqa: B018  or why it cannot be tried
    for status in _BUSY:
        busy = Busy(status)
        run = bench.run(bench.app(refusal=busy.refusal))
        if wrong := _not_waited(bench, busy, run):
            return [
                flaw(
                    wrong,
                    tried=f"a system that answers each request {int(status)}, Retry-After: "
                    f"{RETRY_AFTER_SECONDS}, and after that as it was recorded",
                    where=_where(bench, run),
                    next_step="self.http = retrying_session(), from devsession.http; what it is to "
                    'repeat besides GET, PUT and DELETE: retrying_session(retry_methods=["POST"])',
                )
            ]
    return []


def _not_waited(bench: SourceBench, busy: Busy, run: SourceRun) -> str:
    if busy.hammered:
        return f"it does not wait: {busy.hammered} was asked {MOST_TRIES} times and more"
    if busy.given_up:
        what, tries, seconds = busy.given_up
        return f"it gave up {what} after {counted(tries, 'request')} in {seconds:.0f} s"
    missing = _missing(bench.whole, run)
    return f"it lost {', '.join(missing[:_SHOWN])}" if missing else ""


def resumes_after_a_cut(bench: SourceBench) -> list[PluginError]:
    """A run fails from its middle on; the next one, with the same watermark, reads all of it."""
    sound = bench.incremental
    if not sound.app.heard or raised(bench, sound, ""):
        raise NotTriedError("a run with a watermark is not sound", "see test_an_incremental_run")
    cut = _Cut(sound.app.heard[len(sound.app.heard) // 2].url)
    # Of all refusals the one that no client repeats, for each of what is left.
    refusal = Refusal(HTTPStatus.UNAUTHORIZED, b"", cut.refuses)
    bench.run(bench.app(refusal=refusal), since=SINCE)
    missing = _missing(sound, bench.run(bench.app(), since=SINCE))
    if not missing:
        return []
    return [
        flaw(
            f"after a run that failed the next one leaves out {', '.join(missing[:_SHOWN])}",
            tried=f"a system that refuses the key from {cut.url} on, then takes it; ctx.since = {SINCE} in both",
            where=line_of(bench.plugin_class, "generate"),
            next_step="keep no watermark in the source: self.ctx.since moves when all is stored",
        )
    ]


class _Cut:
    """The system takes the key no more from the moment on that this address is asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._is_cut = False

    def refuses(self, request: Exchange) -> bool:
        self._is_cut = self._is_cut or request.url == self.url
        return self._is_cut


def errors_have_structure(bench: SourceBench) -> list[PluginError]:
    """Where one request is answered 500, that is told as an error of an entity, with a cause.

    What is printed, or logged as a bare line, has neither; what swallows it, `failures_are_told` finds.
    """
    for url, run in bench.failing:
        for what, where in _unstructured(bench, run):
            tried = f"a system that answers 500 to {url}"
            return [flaw(what, tried=tried, where=where, next_step=_YIELD)]
    return []


def _unstructured(bench: SourceBench, run: SourceRun) -> list[tuple[str, str]]:
    """What is wrong, and where."""
    where = line_of(bench.plugin_class, "generate")
    usual = {_but_numbers(line) for line in ["", *bench.whole.printed.splitlines()]}
    printed = [line for line in run.printed.splitlines() if _but_numbers(line) not in usual]
    found = [(f"an error is printed: {shortened(line)}", where) for line in printed[-1:]]
    folder = folder_of(bench.plugin_class)
    for record in run.logged:
        path = Path(record.pathname).resolve()
        own = path.is_relative_to(folder) and "site-packages" not in path.parts
        if own and record.levelno >= logging.ERROR and not _has_facts(record):
            what = f"an error is logged without entity and cause: {shortened(record.getMessage())}"
            found.append((what, spelled(record.pathname, record.lineno)))
    # What generate() raised is of no entity: it is the end of all.
    told = run.came.report.failures
    if len([each for each in told if not each.name]) > len(run.came.raised):
        found.append(("an error names no entity", where))
    found += [
        (f"the error of {each.name} says nothing", where) for each in told if not each.error.strip()
    ]
    return found


def _but_numbers(line: str) -> str:
    # Who counts what is read has another count where something is missing.
    return re.sub(r"\d+", "#", line.strip())


def _has_facts(record: logging.LogRecord) -> bool:
    return all(getattr(record, name, "") for name in ("entity", "cause"))


def counts_are_right(bench: SourceBench) -> list[PluginError]:
    """A run counts as many entities and errors as came, and counts what the patterns leave out."""
    where = line_of(bench.plugin_class, "generate")
    runs = [("the system as it was recorded", bench.whole)]
    runs += [(f"a system that answers 500 to {url}", run) for url, run in bench.failing]
    for tried, run in runs:
        step, came = run.came.report.steps[0], run.came
        expected = {"entity": came.yielded, "error": came.told + len(came.raised)}
        counts = {"entity": step.records, "error": step.errors}
        for thing, count in counts.items():
            if count != expected[thing]:
                what = f"it counts {counted(count, thing)}, and {expected[thing]:,} came"
                mend = "leave self.status to the workflow: it counts what is yielded"
                return [flaw(what, tried=tried, where=where, next_step=mend)]
    return _uncounted(bench, where)


def _uncounted(bench: SourceBench, where: str) -> list[PluginError]:
    try:
        level, name, run = bench.excluding
    except NotTriedError:
        return []  # it leaves nothing out
    left_out = run.came.report.steps[0].filtered.total()
    if left_out > bench.whole.came.report.steps[0].filtered.total() or run.problems:
        return []
    return [
        flaw(
            f"{name} is left out, and not counted as filtered",
            tried=f"{level}: excludes {excludes(name)}",
            where=where,
            next_step=f'ask self.takes("{level}", .., name), which counts; or yield it: the workflow selects',
        )
    ]


def permissions_are_listed(bench: SourceBench) -> list[PluginError]:
    """`permissions` says what its credentials must be allowed to do; the project's README too."""
    source = bench.plugin_class
    where = line_of(source, "permissions")
    listed = source.permissions
    example = 'permissions = ("read schemas", "read tables")'
    if isinstance(listed, str) or not all(
        isinstance(each, str) and each.strip() for each in listed
    ):
        what = f"permissions is {listed!r}: several texts are wanted"
        return [flaw(what, where=where, next_step=example)]
    if not listed:
        if not bench.secrets:
            raise NotTriedError("its configuration has no secret, so nobody gives it rights")
        what = "it does not say which permissions its credentials need"
        return [flaw(what, where=where, next_step=f"in {source.__name__}: {example}")]
    readme = folder_of(source) / _README
    if not readme.is_file():
        return []
    text = _plain(readme.read_text(encoding="utf-8", errors="replace"))
    if missing := [each for each in listed if _plain(each) not in text]:
        what = f"{_README} does not name the permissions {', '.join(map(repr, missing))}"
        step = f"a row for each in {_README}, with what it is needed for"
        return [flaw(what, where=where, next_step=step)]
    return []


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _missing(sound: SourceRun, run: SourceRun) -> list[str]:
    """What came in a sound run, and not in this one."""
    return sorted({each.fqn for each in sound.entities} - {each.fqn for each in run.entities})


def _where(bench: SourceBench, run: SourceRun) -> str:
    source = bench.plugin_class
    lines = [line_raising(error, source) for error in run.came.raised.values()]
    return next(filter(None, lines), line_of(source, "generate"))
