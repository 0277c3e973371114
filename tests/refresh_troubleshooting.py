"""Write docs/troubleshooting.md out of the gallery of broken plugins: `python -m
tests.refresh_troubleshooting`.
"""

from __future__ import annotations

from inspect import cleandoc, getsource
from pathlib import Path
from typing import TYPE_CHECKING

from devsession.testing.contract.suite import ContractSuite
from tests.broken_plugins.gallery import CHECKS, NAMES, picture, tried

if TYPE_CHECKING:
    from tests.broken_plugins.gallery import Picture

PAGE = Path(__file__).parent.parent / "docs" / "troubleshooting.md"
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


def page(messages: dict[str, str]) -> str:
    """The text of the page. messages: by the name of the picture."""
    pictures = {name: picture(name) for name in messages}
    order = sorted(messages, key=lambda name: (CHECKS.index(pictures[name].check), name))
    return "\n".join([_HEAD, *(_section(pictures[name], messages[name]) for name in order)])


def _section(found: Picture, message: str) -> str:
    why = cleandoc(getattr(ContractSuite, found.check).__doc__)
    return (
        f"## {found.title}\n\n`{found.check}`: {why}\n\n"
        f"```python\n{getsource(found.broken).strip()}\n```\n\n```text\n{message}\n```\n"
    )


def message_of(name: str) -> str:
    """What the suite says of a picture."""
    found = picture(name)
    return tried(found.broken, found.config, [found.check]).failed[found.check]


if __name__ == "__main__":
    PAGE.write_text(page({name: message_of(name) for name in NAMES}), encoding="utf-8")
