"""What a benchmark measures: ours and the baseline, in the same run and the same unit."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """`value` is ours, `baseline` what it is compared with.

    Less is better, in time and memory; more is, of so many a second.
    """

    value: float
    baseline: float
    unit: str = "s"

    @property
    def ratio(self) -> float:
        """How many times better ours is."""
        more_is_better = self.unit.endswith("/s")
        return self.value / self.baseline if more_is_better else self.baseline / self.value

    def line(self, name: str) -> str:
        """The figure as one line of JSON."""
        numbers = {**asdict(self), "ratio": self.ratio}
        rounded = {key: round(each, 4) if key != "unit" else each for key, each in numbers.items()}
        order = ("value", "unit", "baseline", "ratio")
        return json.dumps({"name": name, **{key: rounded[key] for key in order}})
