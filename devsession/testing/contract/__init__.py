"""The contract suite: what any plugin has to keep to, as a class of tests for pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import UnknownNameError, UsageError, did_you_mean
from devsession.testing.contract.config import SuiteConfig

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
    from devsession.testing.contract.suite import CHECKS, ContractSuite

    if not (isinstance(plugin_class, type) and issubclass(plugin_class, Plugin)):
        raise UsageError(
            "plugin_contract takes the class of a plugin",
            tried=f"plugin_contract({plugin_class!r})",
            next_step="from plugin import AcmeCRM; TestAcme = plugin_contract(AcmeCRM)",
        )
    config = config or SuiteConfig()
    left_out = {_test(name, CHECKS): reason for name, reason in config.skip.items()}
    name = f"Test{plugin_class.__name__}"
    parts = {
        "__doc__": f"The contract, for {plugin_class.__name__}.",
        "bench": Bench(plugin_class, config),
        **{test: _skipping(getattr(ContractSuite, test), why) for test, why in left_out.items()},
    }
    return type(name, (ContractSuite,), parts)


def _test(name: str, tests: Sequence[str]) -> str:
    test = name if name.startswith("test_") else f"test_{name}"
    if test not in tests:
        raise UnknownNameError(
            f"the contract suite has no check {name!r}",
            tried=did_you_mean(test, tests),
            where="SuiteConfig(skip=..)",
            check=name,
        )
    return test


def _skipping(
    test: Callable[[ContractSuite], None], reason: str
) -> Callable[[ContractSuite], None]:
    def skipped(suite: ContractSuite) -> None:
        suite._tell("not tried", reason)

    skipped.__doc__ = test.__doc__
    return skipped
