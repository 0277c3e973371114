"""The command line of the benchmarks, without measuring anything."""

from __future__ import annotations

import json
import sys

import pytest

from tests.benchmarks import BENCHMARKS, scale
from tests.benchmarks.__main__ import benchmark, main
from tests.benchmarks.figure import Figure


def test_names_are_listed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--list"])

    assert main() == 0
    assert capsys.readouterr().out.split() == list(BENCHMARKS)


def test_an_unknown_name_is_refused_before_anything_is_measured(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", "import-time", "import-tim"])

    assert main() == 2
    assert capsys.readouterr() == (
        "",
        "there is no benchmark 'import-tim'; did you mean 'import-time'?\n",
    )


def test_several_figures_of_one_benchmark_are_a_line_each(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = {"plan": Figure(10.0, 12, "times"), "memory": Figure(1.5, 2, "times")}
    monkeypatch.setattr(scale, "engine_scale_10m", lambda: figures)
    monkeypatch.setattr(sys, "argv", ["benchmarks", "engine-scale-10m"])

    assert main() == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["name"] for line in lines] == ["engine-scale-10m-plan", "engine-scale-10m-memory"]


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_name_leads_to_a_function(name: str) -> None:
    assert callable(benchmark(name))


def test_a_figure_is_one_line_of_json() -> None:
    line = Figure(value=0.5, baseline=2.0).line("made-up")

    assert json.loads(line) == {
        "name": "made-up",
        "value": 0.5,
        "unit": "s",
        "baseline": 2.0,
        "ratio": 4.0,
    }
