"""The command line of the benchmarks: `python -m tests.benchmarks --list`."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from devsession.errors import did_you_mean
from tests.benchmarks import BENCHMARKS
from tests.benchmarks.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> int:
    """Run the named benchmarks, or all; 2 when a name is unknown, before anything is measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks to run; none: all")
    parser.add_argument("--list", action="store_true", help="print the names and leave")
    asked = parser.parse_args()
    if asked.list:
        print("\n".join(BENCHMARKS))
        return 0
    for name in asked.names:
        if name not in BENCHMARKS:
            print(
                f"there is no benchmark {name!r}; {did_you_mean(name, BENCHMARKS)}", file=sys.stderr
            )
            return 2
    for name in asked.names or BENCHMARKS:
        measured = benchmark(name)()
        figures = {"": measured} if isinstance(measured, Figure) else measured
        for part, figure in figures.items():
            print(figure.line("-".join(filter(None, (name, part)))), flush=True)
    return 0


def benchmark(name: str) -> Callable[[], Figure | dict[str, Figure]]:
    """The function that measures, by its name in `BENCHMARKS`."""
    module, function = BENCHMARKS[name].split(":")
    found: Callable[[], Figure | dict[str, Figure]] = getattr(
        import_module(f"tests.benchmarks.{module}"), function
    )
    return found


if __name__ == "__main__":
    sys.exit(main())
