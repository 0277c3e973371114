"""Write docs/troubleshooting.md out of the gallery of broken plugins, docs/metadata-troubleshooting.md
out of that of broken sources, docs/events-troubleshooting.md out of that of broken handlers:
`python -m tests.refresh_troubleshooting`.
"""

from __future__ import annotations

import tempfile
from inspect import cleandoc, getsource
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devsession.testing.contract.suite import ContractSuite
from devsession.testing.handler_contract.suite import HandlerSuite
from devsession.testing.source_contract.suite import SourceSuite
from tests.broken_handlers import gallery as handlers
from tests.broken_handlers import good as good_handler
from tests.broken_plugins.gallery import NAMES, picture, tried
from tests.broken_sources import gallery as sources
from tests.broken_sources import good as good_source

if TYPE_CHECKING:
    from devsession.testing.contract.told_suite import ToldSuite

_DOCS = Path(__file__).parent.parent / "docs"
PAGE = _DOCS / "troubleshooting.md"
SOURCES_PAGE = _DOCS / "metadata-troubleshooting.md"
HANDLERS_PAGE = _DOCS / "events-troubleshooting.md"
_HEAD = """# Troubleshooting: what the contract suite says, and why

`devsession test` tries what any plugin has to keep to, and `tests/test_contract.py` of a project has pytest do it:

```python
from devsession.testing import SuiteConfig, plugin_contract
from plugin import AcmeCRM

TestAcme = plugin_contract(AcmeCRM)
# or, with a check left out: plugin_contract(AcmeCRM, SuiteConfig(skip={"an_empty_run": "why"}))
```

The app is played by what stands in `scenarios/`. A check for which that is not enough is not tried,
and `devsession test` says what to record, as `pytest -ra` does. What this file leaves out, both leave out. Below is
each fault that the suite is shown to find, with the code that has it and the message that it earns. The code is a
good plugin but for that; this page is made of `tests/broken_plugins/`, where it is run, and not written by hand.
"""

_SOURCES_HEAD = """# Troubleshooting: what the contract of a metadata source says, and why

`tests/test_contract.py` of a project that reads metadata:

```python
from devsession.testing import SuiteConfig, metadata_contract
from plugin import AcmeSource

TestAcme = metadata_contract(AcmeSource)
# or, with a check left out: metadata_contract(AcmeSource, SuiteConfig(skip={"a_huge_system": "why"}))
```

The system is played by what stands in `scenarios/`: as it was recorded, and as another one made of that,
with nothing in it, with other names, with hundreds of a table, refusing, failing. A check for which
the recordings are not enough is skipped, and `pytest -ra` shows what to record. Below is each fault that
it is shown to find. The code is a good source but for that; this page is made of
`tests/broken_sources/`, where it is run, and not written by hand.

What a source waits for passes at once: clocks are driven while it is tried. What a check has behind `Source:` is the
sentence that asks for it; `devsession test` says it of a check that fails.
"""

_HANDLERS_HEAD = """# Troubleshooting: what the contract of a handler of events says, and why

`tests/test_contract.py` of a project that handles events of the catalog:

```python
from devsession.testing import SuiteConfig, events_contract
from plugin import TellOwners

TestTellOwners = events_contract(TellOwners)
# or, with a check left out: events_contract(TellOwners, SuiteConfig(skip={"it_remembers_no_event": "why"}))
```

`devsession test` and `devsession doctor plugin.py` say the same without that file. The app is played by what stands in
`scenarios/`: as it was recorded, refusing, failing, busy, out of reach, gone when all was sent. The events are those of the
scenarios, made-up ones of every type, and odd ones made of both: with nothing in them, of unknown types, of newer servers,
huge. A check for which the recordings are not enough is skipped, and `pytest -ra` shows what to record. Below is each fault
that it is shown to find. The code is a good handler but for that; this page is made of `tests/broken_handlers/`,
where it is run, and not written by hand.

What is recorded is HTTP: of a handler that writes to a topic or a table, the checks of its app are not tried. What a handler
waits for passes at once: clocks are driven while it is tried. A request that writes may come twice when it is a
PUT, a DELETE or a merging PATCH, or when its address, a header or a field tells the event by its id. A POST that only
reads, a search, looks like one that writes: leave `handed_over_twice_it_stands_once` out for it, and say why.
"""


def page(messages: dict[str, str]) -> str:
    """The text of the page about plugins. messages: by the name of the picture."""
    return _page(_HEAD, ContractSuite, {name: picture(name) for name in messages}, messages)


def sources_page(messages: dict[str, str]) -> str:
    """The text of the page about sources. messages: by the name of the picture."""
    return _page_of_steps(_SOURCES_HEAD, SourceSuite, sources, messages)


def handlers_page(messages: dict[str, str]) -> str:
    """The text of the page about handlers of events. messages: by the name of the picture."""
    return _page_of_steps(_HANDLERS_HEAD, HandlerSuite, handlers, messages)


def _page_of_steps(
    head: str, suite: type[ToldSuite], gallery: Any, messages: dict[str, str]
) -> str:
    pictures = {name: gallery.picture(name) for name in messages}
    return _page(f"{head}\n{_guide_table(suite)}", suite, pictures, messages)


def _guide_table(suite: type[ToldSuite]) -> str:
    """The sentences of the guide, in the order of its sections, and what holds each."""
    asked = [(suite.source_of(name), name) for name in suite.checks()]
    rows = [f"| {source} | `{name}` |" for source, name in sorted(asked) if source]
    return "\n".join(["| Asked for by | Check |", "|---|---|", *rows, ""])


def _page(
    head: str, suite: type[ToldSuite], pictures: dict[str, Any], messages: dict[str, str]
) -> str:
    checks = suite.checks()
    order = sorted(messages, key=lambda name: (checks.index(pictures[name].check), name))
    sections = (_section(suite, pictures[name], messages[name]) for name in order)
    return "\n".join([head, *sections])


def _section(suite: type[ToldSuite], found: Any, message: str) -> str:
    why = cleandoc(getattr(suite, found.check).__doc__)
    return (
        f"## {found.title}\n\n`{found.check}`: {why}\n\n"
        f"```python\n{getsource(found.broken).strip()}\n```\n\n```text\n{message}\n```\n"
    )


def message_of(name: str) -> str:
    """What the suite says of a picture."""
    found = picture(name)
    return tried(found.broken, found.config, [found.check]).failed[found.check]


def messages_of(gallery: Any, good: Any) -> dict[str, str]:
    """What the contract says of each picture of a gallery of steps. good: records the scenario."""
    with tempfile.TemporaryDirectory() as place:
        good.record(Path(place))
        found = {}
        for name in gallery.NAMES:
            each = gallery.picture(name)
            found[name] = gallery.failures(each.broken, Path(place))[each.check]
        return found


if __name__ == "__main__":
    HANDLERS_PAGE.write_text(handlers_page(messages_of(handlers, good_handler)), encoding="utf-8")
    SOURCES_PAGE.write_text(sources_page(messages_of(sources, good_source)), encoding="utf-8")
    PAGE.write_text(page({name: message_of(name) for name in NAMES}), encoding="utf-8")
