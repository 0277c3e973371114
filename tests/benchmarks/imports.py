"""What `import devsession` costs: a whole Python process, against one that imports pandas."""

from __future__ import annotations

import subprocess
import sys
from statistics import median
from time import perf_counter

from tests.benchmarks.figure import Figure

_RUNS = 9


def import_time() -> Figure:
    """Seconds from the start of a process that imports it to its end, the median of nine.

    The two take turns, so that a busy moment of the machine falls on both.
    """
    runs = [(_seconds("import devsession"), _seconds("import pandas")) for _ in range(_RUNS)]
    ours, baseline = zip(*runs, strict=True)
    return Figure(median(ours), median(baseline))


def _seconds(code: str) -> float:
    start = perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return perf_counter() - start
