"""The contract suite: what any plugin has to keep to, as a class of tests for pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import UsageError
from devsession.testing.contract.config import SuiteConfig

if TYPE_CHECKING:
    from devsession.plugin.contract import Plugin
    from devsession.testing.contract.suite import ContractSuite

__all__ = ["SuiteConfig", "plugin_contract"]


def plugin_contract(
    plugin_class: type[Plugin], config: SuiteConfig | None = None
) -> type[ContractSuite]:
    """The checks of the contract for a plugin: `TestAcme = plugin_contract(AcmeCRM)`.

    pytest finds them under that name, in a file such as tests/test_contract.py. The app is played by
    what the project has recorded; neither account nor network is needed.

    Raises: UsageError for what is no plugin; UnknownNameError when config skips an unknown check.
    """
    from devsession.plugin.contract import Plugin
    from devsession.testing.contract.bench import Bench
    from devsession.testing.contract.suite import ContractSuite
    from devsession.testing.contract.told_suite import suite_of

    if not (isinstance(plugin_class, type) and issubclass(plugin_class, Plugin)):
        raise UsageError(
            "plugin_contract takes the class of a plugin",
            tried=f"plugin_contract({plugin_class!r})",
            next_step="from plugin import AcmeCRM; TestAcme = plugin_contract(AcmeCRM)",
        )
    config = config or SuiteConfig()
    return suite_of(ContractSuite, Bench(plugin_class, config), config.skip)
