"""The contract of a metadata source, as a class of tests for pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.errors import UsageError
from devsession.testing.contract.config import SuiteConfig

if TYPE_CHECKING:
    from devsession.openmetadata import Source
    from devsession.testing.source_contract.suite import SourceSuite

__all__ = ["metadata_contract"]


def metadata_contract(source: type[Source], config: SuiteConfig | None = None) -> type[SourceSuite]:
    """The checks of the contract for a metadata source: `TestAcme = metadata_contract(AcmeSource)`.

    pytest finds them under that name, in a file such as tests/test_contract.py. The system is played
    by what the project has recorded; neither account nor network is needed.

    Raises: UsageError for what is no source; UnknownNameError when config skips an unknown check.
    """
    from devsession.openmetadata import Source
    from devsession.testing.contract.told_suite import suite_of
    from devsession.testing.source_contract.bench import SourceBench
    from devsession.testing.source_contract.suite import SourceSuite

    if not (isinstance(source, type) and issubclass(source, Source)):
        raise UsageError(
            "metadata_contract takes the class of a source",
            tried=f"metadata_contract({source!r})",
            next_step="from plugin import AcmeSource; TestAcme = metadata_contract(AcmeSource)",
        )
    config = config or SuiteConfig()
    return suite_of(SourceSuite, SourceBench(source, config), config.skip)
