"""The contract of a handler of events, as a class of tests for pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import UsageError
from devsession.testing.contract.config import SuiteConfig

if TYPE_CHECKING:
    from devsession.openmetadata import EventHandler
    from devsession.testing.handler_contract.suite import HandlerSuite

__all__ = ["events_contract"]


def events_contract(
    handler: type[EventHandler], config: SuiteConfig | None = None
) -> type[HandlerSuite]:
    """The checks of the contract for a handler of events: `TestAcme = events_contract(TellOwners)`.

    pytest finds them under that name, in a file such as tests/test_contract.py. The app is played by
    what the project has recorded; neither account nor network is needed.

    Raises: UsageError for what is no handler; UnknownNameError when config skips an unknown check.
    """
    from devsession.openmetadata import EventHandler
    from devsession.testing.contract.told_suite import suite_of
    from devsession.testing.handler_contract.bench import HandlerBench
    from devsession.testing.handler_contract.suite import HandlerSuite

    if not (isinstance(handler, type) and issubclass(handler, EventHandler)):
        raise UsageError(
            "events_contract takes the class of a handler of events",
            tried=f"events_contract({handler!r})",
            next_step="from plugin import TellOwners; TestOwners = events_contract(TellOwners)",
        )
    config = config or SuiteConfig()
    return suite_of(HandlerSuite, HandlerBench(handler, config), config.skip)
