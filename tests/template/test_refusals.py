"""What a new project's plugin makes of an app that refuses a record, and of one that dies."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
import requests
from pandas import DataFrame

from devsession.plugin import OutboundSyncConfigurationParameters, OutboundSyncRequest, Plugin
from devsession.plugin.outbound import FrameRecords
from tests.template.combinations import PAIRWISE, generate, named

if TYPE_CHECKING:
    from pathlib import Path

    from tests.template.combinations import Answers

TOOK = b'{"id": "app-1", "results": [{"index": 0, "status": "created", "id": "app-1"}]}'
REFUSED = b'{"error": {"message": "too long"}}'
RECORDS = [{"text": "hello", "email": f"{name}@example.com"} for name in ("ada", "bob", "eve")]


@pytest.fixture
def plugin(answers: Answers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plugin:
    """The plugin of a project with these answers, for an app that takes one record a call."""
    monkeypatch.syspath_prepend(str(generate(answers, tmp_path)))
    monkeypatch.delitem(sys.modules, "plugin", raising=False)
    module = import_module("plugin")
    monkeypatch.setattr(module, "BULK_LIMIT", 1, raising=False)
    monkeypatch.delitem(sys.modules, "plugin")
    made: Plugin = module.Acme()
    return made


@pytest.fixture
def dying_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the first record, refuses the second, and is gone at the third, without JSON."""
    answers = iter([(201, TOOK), (422, REFUSED), (503, b"gone")])
    reasons = {201: "Created", 422: "Unprocessable Entity", 503: "Service Unavailable"}

    def request(*_: object, **__: object) -> requests.Response:
        response = requests.Response()
        response.status_code, response._content = next(answers)
        response.reason = reasons[response.status_code]
        return response

    monkeypatch.setattr(requests, "request", request)


@pytest.mark.parametrize("answers", [PAIRWISE[0], PAIRWISE[5]], ids=named)
@pytest.mark.usefixtures("dying_app")
def test_each_record_has_its_outcome_when_the_app_dies(plugin: Plugin) -> None:
    records = FrameRecords(
        DataFrame({"IDENTIFIER": ["1", "2", "3"], "TRANSFORMED_RECORD": RECORDS})
    )
    parameters = OutboundSyncConfigurationParameters(
        connection_method="any",
        connection_parameters={"tenant_url": "https://acme.test"},
        connection_secrets={"api_key": "k-123456", "access_token": "t-123456"},
        sync_strategy="Upsert",
        sync_parameters={"object": "contact", "channel": "general"},
    )

    plugin.sync_outbound(parameters, OutboundSyncRequest(records))

    outcomes = records.outcomes.to_dict("records")
    assert [(each["IDENTIFIER"], each["APP_IDENTIFIER"]) for each in outcomes] == [
        ("1", "app-1"),
        ("2", None),
        ("3", None),
    ]
    assert "too long" in outcomes[1]["RESULT"]
    assert "The app answered 503 Service Unavailable" in outcomes[2]["RESULT"]
