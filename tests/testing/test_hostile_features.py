"""Features of scenarios that hold what a feature file could take for its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from devsession.plugin import OutboundSyncConfigurationParameters
from devsession.plugin.strategies import OutboundSyncStrategy
from devsession.recording.scenario import ScenarioFolder, ScenarioInput
from devsession.secrets.redact import Redactor
from devsession.testing.feature_properties import parameters_from, properties_of
from devsession.testing.features import Feature
from devsession.testing.scenarios import load
from tests.testing import kinds
from tests.testing.behave_process import behave

if TYPE_CHECKING:
    from pathlib import Path

NONE = Redactor({})
NAMES = [
    'says "hi" | \\| # not a comment',
    "@tag Given the following records:",
    "東京\n\tzweite Zeile\u2028dritte",
    '"""',
    "<placeholder> {{ environ['HOME'] }}",
    "x" * 255,
]


def renamed(folder: Path, name: str) -> ScenarioFolder:
    file = folder / "scenario.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**content, "name": name}), encoding="utf-8")
    return ScenarioFolder(folder)


def test_names_of_scenarios(project: Path) -> None:
    names = [*NAMES, NAMES[0]]
    folders = [
        renamed(kinds.recorded(kinds.Batch, project / "scenarios" / f"s{number}"), name)
        for number, name in enumerate(names)
    ]
    feature = Feature(project, "acme", kinds.Batch, [load(folder) for folder in folders])

    feature.write(NONE)

    ran = behave(project)
    assert f"{len(names)} scenarios passed, 0 failed" in ran.output, ran.output


def input_of(**parameters: Any) -> ScenarioInput:
    return ScenarioInput(
        name="any",
        sync="any",
        plugin="any",
        secrets=["api_key"],
        parameters=OutboundSyncConfigurationParameters(
            **{"connection_method": "API Key", "sync_strategy": "Upsert", **parameters}
        ),
    )


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"connection_method": "null"},
        {"connection_method": 'a "quoted" {% x %} {{ environ["HOME"] }} | \\'},
        {"connection_parameters": {"url": {"value": "{{ environ['HOME'] }}{#", "metadata": {}}}},
        {"sync_parameters": {"é | \\|": {"value": "a\nb", "metadata": {"options": [1, None]}}}},
        {"connectivity_option": "ngrok", "target_type": "contact"},
        {"sync_strategy": OutboundSyncStrategy(name="Mine", new="Create", gone="Archive")},
        {"sync_strategy": OutboundSyncStrategy(name="Upsert", new="Create")},
        {
            "field_mappings": {
                "mapper_type": "jinja_template",
                "jinja_template": '{% if row.A %}{{ row["A"] }}{# {{{{ #}{% endif %}',
                "additional_column_expressions": {"B": "A || '|'"},
            }
        },
    ],
    ids=str,
)
def test_parameters_are_read_back_as_they_were(parameters: dict[str, Any]) -> None:
    frozen = input_of(**parameters)
    _, *rows = properties_of(frozen)

    read = parameters_from(dict(rows), {"HOME": "not this"})

    assert read == frozen.replayed_parameters()
    assert read.secret("api_key") == "REDACTED-api-key"
