"""The Python of each page runs: its blocks in their order, in one namespace, with what stands here."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from devsession import DevelopmentSession, secret
from devsession.openmetadata import (
    ChangeEvent,
    Database,
    DatabaseSchema,
    DatabaseService,
    Entity,
    Owner,
    Source,
    WarehouseSource,
    WorkflowContext,
    tag,
)
from devsession.session.plugin_source import load_plugin_class
from tests.docs.pages import MADE_PAGES, of
from tests.in_process import Warehouses, warehouses_in_process
from tests.local_catalog import LocalCatalog, local_catalog
from tests.openmetadata import acme
from tests.openmetadata.mock_kafka import MockKafka
from tests.session.conftest import KEY, KEY_NAME, App, Project, contacts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.snowflake_home import SnowflakeHome

pytest_plugins = ["tests.snowflake_home", "tests.aws_on_loopback"]

CLIENT = '''
from types import SimpleNamespace as Of

import requests


class AcmeClient:
    """The practice app: one database, `shop`, with one table, whose columns the app describes."""

    def __init__(self, host, key):
        self.host, self.headers = host, {"Authorization": f"Bearer {key}"}

    def databases(self):
        return ["shop"]

    def schemas(self, database):
        return ["sales"]

    def tables(self, database, schema, since):
        answer = requests.get(f"{self.host}/objects/contact", headers=self.headers, timeout=10)
        columns = [Of(name=each["name"], type="STRING") for each in answer.json()["fields"]]
        return [Of(name="orders", columns=columns)]

    def close(self): ...
'''
AUDIT_CLIENT = '''
import requests


class AuditClient:
    """The practice app's chat."""

    def __init__(self, url, key):
        self.url, self.headers = f"{url}/channels/audit/messages", {"Authorization": f"Bearer {key}"}

    def note(self, id, *said):
        message = {"text": str(said), "idempotency_key": id}
        requests.post(self.url, json=message, headers=self.headers, timeout=10).raise_for_status()
'''
SOURCE = """
from devsession.openmetadata import DatabaseSchema, Source


class ShopSource(Source):
    def generate(self):
        yield DatabaseSchema(name="sales", database="shop", description="What is sold")
"""
EVENT = {
    "id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "eventType": "entityUpdated",
    "entityType": "table",
    "entityFullyQualifiedName": "crm.shop.sales.orders",
    "timestamp": 1_770_000_000_000,
    "userName": "admin",
    "changeDescription": {"fieldsUpdated": [{"name": "description", "newValue": "Orders"}]},
}


class Whole(Source):
    """Yields all that a table hangs under, as nobody supplies it here."""

    def generate(self) -> Iterator[Entity]:
        yield DatabaseService(name="acme")
        yield Database(name="sales", service="acme")
        yield DatabaseSchema(name="public", database="sales", service="acme")
        yield acme.table("orders").model_copy(update={"service": "acme"})


def run(page: str, *, files: dict[int, str] | None = None, **given: Any) -> dict[str, Any]:
    """Run a page's blocks; a traceback names the page and its line.

    files: blocks, by their number, that are a module of this name in the working folder.
    given: what the page takes for granted; `instead`, texts that stand for others here, as addresses do.
    """
    instead: dict[str, str] = given.pop("instead", {})
    namespace = {"__name__": f"page_{page}", **given}
    for number, block in enumerate(each for each in of("python") if each.page.stem == page):
        text = block.text
        for other, here in instead.items():
            text = text.replace(other, here)
        if name := (files or {}).get(number):
            Path(f"{name}.py").write_text(text, encoding="utf-8")
            namespace |= vars(import_module(name))
        else:
            play(text, f"{block.page.name}:{block.line}", namespace)
    return namespace


def play(text: str, where: str, namespace: dict[str, Any]) -> None:
    """As cells: it may await, and what stands alone is shown."""
    tree = ast.parse(text, where)
    for line in tree.body:
        if isinstance(line, ast.Expr):
            line.value = ast.Call(ast.Name("repr", ast.Load()), [line.value], [])
    ast.fix_missing_locations(tree)
    code = compile(tree, where, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    if code.co_flags & inspect.CO_COROUTINE:
        asyncio.run(eval(code, namespace))
    else:
        exec(code, namespace)


@pytest.fixture(scope="module", autouse=True)
def warehouses() -> Iterator[Warehouses]:
    with warehouses_in_process() as warehouses:
        yield warehouses


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCatalog]:
    with local_catalog(tmp_path_factory.mktemp("catalog")) as catalog:
        yield catalog


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    app = App(unrecorded=nullcontext)
    yield app
    app.stop()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, an empty one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.fixture
def project(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A new project for syncs."""
    monkeypatch.setenv(KEY_NAME, KEY)
    project = Project(folder / "acme")
    yield project
    project.session.shut_down()


def shut_down(namespace: dict[str, Any]) -> None:
    namespace["session"].shut_down()


def test_every_page_with_python_is_run() -> None:
    elsewhere = {"README", *MADE_PAGES}  # tests/test_readme.py, test_troubleshooting
    pages = {block.page.stem for block in of("python")} - elsewhere
    assert {f"test_{page.replace('-', '_')}" for page in pages} <= set(globals())


def test_accounts(
    project: Project,
    app: App,
    warehouses: Warehouses,
    snowflake_home: SnowflakeHome,
    asked: list[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    account = tmp_path_factory.mktemp("account")
    warehouses.open(account)
    at = warehouses.opened[account].address
    snowflake_home.write(
        f'[prod]\naccount = "fakesnow"\nuser = "ada"\npassword = "{at.token}"\nhost = "{at.host}"\n'
        f'port = {at.port}\nprotocol = "http"\ndatabase = "LOCAL"\nschema = "PUBLIC"\n'
    )
    page = run(
        "accounts",
        DevelopmentSession=DevelopmentSession,
        Acme=load_plugin_class(project.folder),
        secret=secret,
        instead={"https://acme.example": app.url},
    )
    assert asked == ["prod/acme"]
    assert page["session"].connection.parameters.secret("api_key") == KEY


def test_fast_kernels() -> None:
    cell = nbformat.v4.new_code_cell("6 * 7")
    page = run("fast-kernels", notebook=nbformat.v4.new_notebook(cells=[cell]))
    assert page["notebook"].cells[0].outputs[0].data["text/plain"] == "42"


def test_lineage(project: Project, app: App) -> None:
    project.session.connection.fill(tenant_url=app.url, api_key=secret(KEY_NAME))
    contacts_of(project.session, "contacts")
    page = run("lineage", session=project.session)
    assert page["lineage"].upstream("wh.SHOP.PUBLIC.SPENT")


def test_metadata_auth(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OM_TOKEN", "OM_PASSWORD", "OM_CLIENT_SECRET"):
        monkeypatch.setenv(name, "sesame-open-1")
    asked: list[str] = []
    page = run("metadata-auth", read_from_the_vault=lambda entry: asked.append(entry) or "token")
    auth = page["VaultAuth"]("catalog")
    assert (auth.token(), auth.token(), auth.refresh(), auth.token()) == (
        "token",
        "token",
        True,
        "token",
    )
    assert asked == ["catalog", "catalog"]


def test_metadata_catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", "sesame-open-1")
    session = DevelopmentSession(WarehouseSource)
    warehouse = session.workflow("warehouse")
    warehouse.fill(lineage="views")
    shut_down(run("metadata-catalog", session=session, warehouse=warehouse, secret=secret))


def test_metadata_events(folder: Path, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "audit_client.py").write_text(AUDIT_CLIENT, encoding="utf-8")
    (folder / "events.jsonl").write_text(json.dumps(EVENT) + "\n", encoding="utf-8")
    monkeypatch.setenv("AUDIT_KEY", KEY)
    monkeypatch.setenv("EVENTS_SECRET", "sesame-open-1")
    page = run(
        "metadata-events",
        files={0: "plugin"},
        instead={"https://audit.example": app.url, "/var/lib/audit": str(folder)},
    )
    assert (folder / "tests" / "test_scenarios.py").is_file()
    shut_down(page)


def test_metadata_policies(folder: Path) -> None:
    (folder / "plugin.py").write_text(SOURCE, encoding="utf-8")
    people = acme.table(
        "people", acme.Column(name="mail", data_type="TEXT", tags=[tag("PII.Sensitive")])
    )
    salary = acme.Column(name="salary", data_type="INT", description="about 9,000")
    hidden = acme.Column(name="salary", data_type="INT", tags=[tag("Masking.Hash")])
    page = run(
        "metadata-policies",
        files={0: "policies"},
        session=DevelopmentSession(load_plugin_class(folder)),
        owned=people.model_copy(update={"owners": [Owner(name="ada")]}),
        nobodys=people,
        staff=acme.table("staff", salary),
        staff_as_told=acme.table("staff", hidden),
    )
    page["test_personal_data_has_an_owner"]()
    page["test_salaries_are_hashed"]()
    shut_down(page)


def test_metadata_sink(catalog: LocalCatalog) -> None:
    page = run(
        "metadata-sink",
        token=catalog.token,
        source=Whole(WorkflowContext(service="acme")),
        instead={"http://localhost:8585/api": catalog.host_port},
    )
    assert page["sink"].tally.total("created")


def test_metadata_topics(folder: Path) -> None:
    cluster = MockKafka()
    run(
        "metadata-topics",
        table=acme.table("orders"),
        source=acme.AcmeSource(),
        event=ChangeEvent.model_validate(EVENT),
        instead={"localhost:9092": cluster.address},
    )
    cluster.close()


def test_metadata_workflows(folder: Path, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_API_KEY", KEY)
    (folder / "acme_client.py").write_text(CLIENT, encoding="utf-8")
    page = run(
        "metadata-workflows",
        files={0: "plugin"},
        key=KEY,
        instead={"https://acme.example": app.url},
    )
    assert page["report"]
    assert (folder / "tests" / "test_scenarios.py").is_file()
    shut_down(page)


def test_scale() -> None:
    """The model's figures are asserted on the page itself."""
    page = run("scale")
    assert len(page["sources"]) == page["PARTS"]


def test_panels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVSESSION_EXPERIMENTAL", "")
    shut_down(run("panels", files={0: "plugin"}))


@pytest.mark.parametrize(
    ("page", "plugin"),
    [
        ("troubleshooting", "from tests.broken_plugins.good import Sender as AcmeCRM"),
        ("metadata-troubleshooting", "from tests.broken_sources.good import AcmeSource"),
        ("events-troubleshooting", "from tests.broken_handlers.good import TellOwners"),
    ],
)
def test_troubleshooting(page: str, plugin: str, folder: Path) -> None:
    (folder / "plugin.py").write_text(plugin, encoding="utf-8")
    run(page)
