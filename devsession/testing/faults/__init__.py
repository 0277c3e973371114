"""What becomes of a scenario when its app fails: variants of the recording, played and looked at."""

from devsession.testing.faults.report import FaultReport, Finding, KindResult
from devsession.testing.faults.run import run_faults

__all__ = ["FaultReport", "Finding", "KindResult", "run_faults"]
