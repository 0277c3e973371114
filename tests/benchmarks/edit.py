"""From a saved plugin.py to the new outcome of a scenario, against starting the kernel again."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

from devsession import DevelopmentSession, secret
from devsession.cli.project import create_project
from devsession.session.plugin_source import load_plugin_class
from tests.benchmarks.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.session.scenario import Scenario

_RUNS = 5
_RECORDS = 10
_RESULT = 'outcomes.ok(identifier, result["id"])'

# What the author's cells do after the kernel was started again.
_RESTARTED = """
from devsession import DevelopmentSession
from plugin import Acme

session = DevelopmentSession(Acme)
with session.reuse():
    session.sync("contacts").scenario("creates contacts").run().raise_if_failed()
session.close()
"""


def edit_to_outcome() -> Figure:
    """Seconds for ten records answered from the tape, the median of five saves of new code.

    The baseline is a new Python process that opens the same scenario and runs it, what starting
    the kernel again would cost at the least. The warehouse and the practice app run throughout.
    """
    with TemporaryDirectory() as folder, _scenario(Path(folder) / "acme") as (session, scenario):
        plugin = session.workspace.folder / "plugin.py"
        first = plugin.read_text(encoding="utf-8")
        ours, baseline = [], []
        for number in range(_RUNS):
            changed = f'outcomes.ok(identifier, f"{number}-" + result["id"])'
            plugin.write_text(first.replace(_RESULT, changed), encoding="utf-8")
            start = perf_counter()
            with session.reuse():
                report = scenario.run()
            ours.append(perf_counter() - start)
            report.raise_if_failed()
            identifiers = report.outcomes["APP_IDENTIFIER"].dropna()
            if not identifiers.str.startswith(f"{number}-").all():
                raise RuntimeError("the outcome is not that of the code that was saved")
            start = perf_counter()
            subprocess.run([sys.executable, "-c", _RESTARTED], cwd=plugin.parent, check=True)
            baseline.append(perf_counter() - start)
    return Figure(median(ours), median(baseline))


@contextmanager
def _scenario(folder: Path) -> Iterator[tuple[DevelopmentSession, Scenario]]:
    """A scenario of a new project, run once so that its answers are on the tape."""
    create_project("acme", folder)
    session = DevelopmentSession(load_plugin_class(folder), workspace=folder)
    try:
        session.connection.fill(tenant_url=session.sandbox.url, api_key=secret("SANDBOX_API_KEY"))
        session.load_table("CONTACTS", "contacts.csv")
        contacts = session.sync("contacts", source="CONTACTS", identifier="ID", strategy="Upsert")
        contacts.fill(object="contact", mapping={"email": "EMAIL", "last_name": "LAST_NAME"})
        scenario = contacts.scenario("creates contacts", records=_RECORDS)
        scenario.run().raise_if_failed()
        yield session, scenario
    finally:
        session.shut_down()
