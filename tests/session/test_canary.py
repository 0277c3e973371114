"""A notebook that puts two secrets, and those that come on the way, wherever an author's code can.

Nothing of it stands on disk, in the notebook, in its widgets or in a log; the same notebook with
redaction off leaves it in each of these places. What an author's own table holds is in the
warehouse as the author loaded it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import nbformat
import pytest
from nbclient import NotebookClient

from tests.brute_force import files_in, layers
from tests.recording.app import Answer, App
from tests.session import leaky_plugin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.recording.app import Seen

REPOSITORY = Path(__file__).parents[2]
CANARIES = {"CANARY_1": "Canary0123456789", "CANARY_2": 'ca/na+ry="&é0815'}
ON_THE_WAY = [
    leaky_plugin.RETURNED,
    leaky_plugin.METADATA,
    leaky_plugin.ARRIVED,
    leaky_plugin.COOKIE,
    leaky_plugin.DERIVED,
]
END = "session.shut_down()"
NOTEBOOK, LOG = "notebook.ipynb", "author.log"
SECRET_STORE, WAREHOUSE = "secrets", "warehouse"

OFF = """
from devsession.recording import exchange, known
from devsession.secrets.redact import Redactor
from devsession.session import vault
known.Redactor = vault.Redactor = lambda *values, **options: Redactor({})
exchange._PRIVATE = set()"""
BEGIN = f"""
import logging, os, threading
logging.basicConfig(filename="{LOG}", level=logging.INFO, format="%(message)s")
for name in ("urllib3", "httpx", "httpcore", "vcr"):
    logging.getLogger(name).setLevel(logging.DEBUG)
import httpx, ipywidgets, requests
from IPython.display import HTML, display
from pandas import DataFrame
from devsession import DevelopmentSession, Outcomes, secret
from plugin import Leaky
session = DevelopmentSession(Leaky)
logging.getLogger("vcr").setLevel(logging.DEBUG)
url, keys = os.environ["APP"], [os.environ["CANARY_1"], os.environ["CANARY_2"]]
def texts(place):
    return [f"{{place}}-{{key}}" for key in keys]
session.connection.fill(url=url, api_key=secret("CANARY_1"), password=secret("CANARY_2"))"""
KEPT = """
from pathlib import Path
Path("stored.txt").write_text(
    session.failures("contacts").to_json() + repr(session.store.connection("leaky")), encoding="utf-8"
)"""
CELLS = [
    "session.connection",
    """
frame = DataFrame({"ID": [1, 2], "NOTE": texts("record")})
_ = session.load_table("CONTACTS", frame)
contacts = session.sync("contacts", source="CONTACTS", identifier="ID")
contacts.fill(mapping={"note": "NOTE"})""",
    "contacts",
    'scenario = contacts.scenario("leaky", records=2)\nscenario.records',
    """
requests.post(f"{url}/cell", json=texts("sent by a cell"), timeout=60)
for text in texts("in-an-address"):  # short enough to be shown whole
    httpx.post(f"{url}/cell", params={"key": text}, timeout=60)
scenario.http""",
    """
outcomes = Outcomes(scenario.records)
for identifier in scenario.records["IDENTIFIER"]:
    outcomes.fail(identifier, " ".join(texts("result of a cell")))
scenario.validate(outcomes)""",
    "scenario.run()",
    "scenario.complete()",
    'session.run("contacts")',
    'session.failures("contacts")',
    KEPT,
    'print(*texts("printed"))\nthreading.Thread(target=print, args=texts("in a thread")).start()',
    'display(HTML(f"<b>{texts(\'displayed\')}</b>"))\ntexts("shown")',
    'ipywidgets.VBox([ipywidgets.Text(value=text) for text in texts("widget")])',
    'logging.getLogger("author").error("%s", texts("logged"), extra={"key": texts("extra")})',
    """
try:
    raise ValueError(texts("logged exception"))
except ValueError as error:
    error.add_note(str(texts("logged note")))
    logging.getLogger("author").exception("failed")""",
    """
error = ValueError(*texts("exception"))
error.add_note(" ".join(texts("note")))
raise error from KeyError(*texts("cause"))""",
    "raise ExceptionGroup('several', [ValueError(text) for text in texts('group')])",
    "from plugin import exchange\nexchange(session.connection.parameters)",
    "session.connection.parameters.connection_parameters",
]
# Where each text is found when nothing is redacted; `used` comes with the secrets of the way.
PLACES = {
    "notebook": [
        "record",
        "in-an-address",
        "printed by the plugin",
        "printed",
        "in a thread",
        "displayed",
        "shown",
        "widget",
        "result",
        "exception",
        "note",
        "cause",
        "group",
        "connection",
    ],
    "log": ["in-an-address", "logged by the plugin", "logged", "logged exception", "logged note"],
    "disk": [
        "record",
        "sent by a cell",
        "in-an-address",
        "sent",
        "result of a cell",
        "result",
        "connection",
    ],
}
EACH_PLACE = [
    *(
        (part, f"{place}-{key}")
        for part in PLACES
        for place in PLACES[part]
        for key in CANARIES.values()
    ),
    *((part, f"used-{word}") for part in PLACES for word in ON_THE_WAY),
]


class Ran(NamedTuple):
    """What a notebook left: its file, its log, and all else on disk."""

    notebook: bytes
    log: bytes
    disk: bytes


def answer(seen: Seen) -> Answer:
    """A login hands out a token and a cookie; everything else is echoed."""
    if seen.path == "/login":
        cookie = f"sid={leaky_plugin.COOKIE}; Path=/; HttpOnly"
        return Answer({"access_token": leaky_plugin.ARRIVED}, headers={"Set-Cookie": cookie})
    return Answer({"path": seen.path, "body": seen.body.decode()})


def run_in(folder: Path, *cells: str) -> Ran:
    """Run the cells as JupyterLab would, save, and stop what they started."""
    shutil.copy(leaky_plugin.__file__, folder / "plugin.py")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        allow_errors=True,
        timeout=300,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    nbformat.write(notebook, folder / NOTEBOOK)
    without = {SECRET_STORE, WAREHOUSE, NOTEBOOK, LOG, "plugin.py", "__pycache__"}
    return Ran(
        (folder / NOTEBOOK).read_bytes(),
        (folder / LOG).read_bytes(),
        files_in(folder, without=without),
    )


@pytest.fixture(scope="module")
def environment() -> Iterator[None]:
    """The two secrets, and the app, which runs outside of the kernels."""
    app = App()
    app.answer = answer
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", str(REPOSITORY))
        environment.setenv("APP", app.url)
        environment.setenv("CANARY_1", CANARIES["CANARY_1"])
        environment.setenv("CANARY_2", CANARIES["CANARY_2"])
        yield
    app.stop()


@pytest.fixture(scope="module")
def redacted(environment: None, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return run_in(tmp_path_factory.mktemp("redacted"), BEGIN, *CELLS, END)


@pytest.fixture(scope="module")
def left(redacted: Ran) -> dict[str, list[str]]:
    return decoded(redacted)


@pytest.fixture(scope="module")
def plain(environment: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What is left when nothing is redacted."""
    return decoded(run_in(tmp_path_factory.mktemp("plain"), OFF + BEGIN, *CELLS, END))


def decoded(ran: Ran) -> dict[str, list[str]]:
    """Part -> all that can be decoded out of it."""
    return {part: list(layers(held)) for part, held in ran._asdict().items()}


@pytest.mark.parametrize("part", PLACES)
@pytest.mark.parametrize("word", [*CANARIES.values(), *ON_THE_WAY])
def test_no_secret_is_left_anywhere(left: dict[str, list[str]], part: str, word: str) -> None:
    assert not any(word.lower() in layer for layer in left[part])


@pytest.mark.parametrize(("part", "text"), EACH_PLACE)
def test_without_redaction_the_search_finds_each_place(
    plain: dict[str, list[str]], part: str, text: str
) -> None:
    assert any(text.lower() in layer for layer in plain[part])


@pytest.mark.parametrize("place", PLACES["notebook"])
def test_what_was_shown_is_shown_with_placeholders(redacted: Ran, place: str) -> None:
    assert f"{place}-REDACTED-api-key".encode() in redacted.notebook
    assert f"{place}-REDACTED-password".encode() in redacted.notebook
