"""A notebook in real kernels: live, then from the tape, then with no app at all."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, NamedTuple

import nbformat
import pytest

from devsession.cli.project import create_project
from devsession.warehouse import embedded_service
from tests.notebooks.kernel import new_kernel
from tests.session.conftest import KEY, KEY_NAME, App

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.notebooks.kernel import Outputs

FILE = "takes.ipynb"
TEST = ("GET", "/account")
SENDS = """
import requests
def call(method, path, **body):
    url = parameters["tenant_url"] + path
    headers = {"Authorization": f"Bearer {parameters.secret('api_key')}"}
    answer = requests.request(method, url, headers=headers, json=body or None, timeout=30)
    print(answer.status_code, sorted(each["external_id"] for each in answer.json().get("records", [])))
"""
READ = 'call("GET", "/objects/contact/records")'
WRITE = 'call("POST", "/objects/contact/records", external_id="own", email="own@example.com")'
CELLS = [
    """
import os
from devsession import DevelopmentSession, secret
from plugin import PracticeCrm
session = DevelopmentSession(PracticeCrm)
if "REUSE" in os.environ:
    session.reuse()
""",
    'session.connection.fill(tenant_url=os.environ["APP"], api_key=secret("CRM_API_KEY"))',
    """
session.load_table("CONTACTS", "contacts.csv")
contacts = session.sync("contacts", source="CONTACTS", identifier="ID", strategy="Upsert")
contacts.fill(object="contact", mapping={"email": "EMAIL", "first_name": "FIRST_NAME"})
scenario = contacts.scenario("creates")
parameters = scenario.parameters
""",
    SENDS,
    f"{READ}  # before",
    WRITE,
    f"{READ}  # after",
    "for _ in range(3):\n    " + READ,
    "print(scenario.run().outcomes[['IDENTIFIER', 'SUCCESS', 'APP_IDENTIFIER']])",
    f"{READ}  # after the run",
]


class Ran(NamedTuple):
    """What the cells put out, and what the app was asked."""

    outputs: Outputs
    asked: list[tuple[str, str]]


class Passes(NamedTuple):
    live: Ran
    reused: Ran
    reused_again: Ran
    offline: Ran
    folder: Path


@pytest.fixture(scope="module")
def passes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Passes]:
    folder = tmp_path_factory.mktemp("takes") / "practice-crm"
    create_project("practice-crm", folder)
    nbformat.write(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in CELLS]),
        folder / FILE,
    )
    app = App(unrecorded=nullcontext)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(KEY_NAME, KEY)
        environment.setenv("APP", app.url)
        with new_kernel(folder) as kernel:
            live = Ran(kernel.run(FILE), app.asked())
        environment.setenv("REUSE", "1")
        with new_kernel(folder) as kernel:
            reused = Ran(kernel.run(FILE), app.asked())
            reused_again = Ran(kernel.run(FILE), app.asked())
        environment.delenv("REUSE")
        environment.setenv("DEVSESSION_OFFLINE", "1")
        with new_kernel(folder) as kernel:
            offline = Ran(kernel.run(FILE), app.asked())
    yield Passes(live, reused, reused_again, offline, folder)
    app.stop()
    embedded_service(folder).stop()


def printed(ran: Ran) -> list[list[str]]:
    """The text of the cells that print, all but the first ones."""
    return [
        [str(output["text"]) for output in cell if output["output_type"] == "stream"]
        for cell in ran.outputs[4:]
    ]


def test_live_every_request_reaches_the_app(passes: Passes) -> None:
    paths = [path.partition("?")[0] for _, path in passes.live.asked]

    assert paths.count("/objects/contact/records") == 7
    assert printed(passes.live)[:4] == [
        ["200 []\n"],
        ["201 []\n"],
        ["200 ['own']\n"],
        ["200 ['own']\n" * 3],
    ]


def test_reuse_asks_the_app_for_a_test_alone(passes: Passes) -> None:
    assert passes.reused.asked == [TEST]
    assert printed(passes.reused) == printed(passes.live)


def test_the_same_kernel_asks_for_nothing(passes: Passes) -> None:
    assert passes.reused_again.asked == []
    assert printed(passes.reused_again) == printed(passes.live)


def test_offline_the_app_is_not_asked(passes: Passes) -> None:
    assert passes.offline.asked == []
    assert printed(passes.offline) == printed(passes.live)


def test_the_scenario_holds_no_test_of_the_connection(passes: Passes) -> None:
    cassette = (passes.folder / "scenarios" / "creates" / "cassette.yaml").read_text("utf-8")

    assert "/account" not in cassette
    assert "/records/bulk/upsert" in cassette
