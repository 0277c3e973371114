"""What goes wrong on the way loses nothing: counts are what the catalog has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import CatalogError
from devsession.openmetadata import (
    BasicAuth,
    OAuth2Auth,
    OidcAuth,
    RestSink,
    Table,
    TokenAuth,
    WorkflowContext,
)
from devsession.sandbox import CATALOG_EMAIL
from tests.local_catalog import CLIENT_ID, CLIENT_SECRET, PASSWORD
from tests.openmetadata.catalogs import (
    COLUMNS,
    REAL,
    a_catalog,
    client,
    new_service,
    run,
    set_fault,
    stored,
    tables,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from devsession.openmetadata import Auth
    from tests.local_catalog import LocalCatalog

SHORT, LONG = 400, 10_000
SIZES = [SHORT, pytest.param(LONG, marks=pytest.mark.long)]
# Small bulks, so that the short form meets every tenth call as well.
SMALL = {SHORT: {"batch_size": 10, "most_entities": 10}, LONG: {}}
HEALTHY: dict[str, Any] = {
    "on": "",
    "next": [],
    "every": None,
    "rate": None,
    "token_calls": None,
    "refuse": [],
}


@pytest.fixture(scope="module")
def whole_catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCatalog]:
    with a_catalog(tmp_path_factory.mktemp("catalog")) as catalog:
        yield catalog


@pytest.fixture
def catalog(whole_catalog: LocalCatalog) -> Iterator[LocalCatalog]:
    yield whole_catalog
    if not os.environ.get(REAL):
        whole_catalog.set(**HEALTHY)


@pytest.mark.parametrize("number", SIZES)
@pytest.mark.parametrize(
    "fault",
    [
        {"on": "/bulk", "next": ["ok", "429"]},
        {"on": "/bulk", "next": ["ok", "ok", "503"]},
        {"every": {"calls": 10, "fate": "503"}},
        {"every": {"calls": 10, "fate": "500"}},
        {"on": "/bulk", "next": ["ok", "ok", "reset_request", "reset_answer", "truncated"]},
    ],
    ids=["one 429", "one 503", "every tenth call 503", "every tenth call 500", "resets and a half"],
)
def test_nothing_is_lost(catalog: LocalCatalog, fault: dict[str, Any], number: int) -> None:
    service = new_service()
    set_fault(catalog, **fault)

    sink, lost = run(client(catalog), tables(service, number), **SMALL[number])

    catalog.set(**HEALTHY)
    assert lost == []
    assert sink.ok
    assert sink.tally.of("table")["created"] == number
    assert stored(catalog, service) == number


@pytest.mark.parametrize("number", SIZES)
def test_one_bad_entity_is_the_only_one_that_fails(catalog: LocalCatalog, number: int) -> None:
    service = new_service()
    set_fault(catalog, refuse=[f"{service}.sales.s0.t3"])

    sink, lost = run(client(catalog), tables(service, number), **SMALL[number])

    assert [error.name for error in lost] == [f"{service}.sales.s0.t3"]
    assert not sink.ok
    assert sink.tally.state == "partialSuccess"
    counts = sink.tally.of("table")
    assert (counts["scanned"], counts["created"], counts["failed"]) == (number, number - 1, 1)
    assert stored(catalog, service) == number - 1


def test_a_bulk_that_is_refused_as_a_whole_is_split_down(catalog: LocalCatalog) -> None:
    service = new_service()
    set_fault(catalog, on="/tables/bulk", every={"calls": 1, "fate": "400"})

    _, lost = run(client(catalog), tables(service, 40), batch_size=20)

    catalog.set(**HEALTHY)
    assert (lost, stored(catalog, service)) == ([], 40)


def test_a_bulk_that_is_too_large_is_never_that_large_again(catalog: LocalCatalog) -> None:
    service = new_service()
    set_fault(catalog, on="/tables/bulk", next=["413"])
    sizes: list[int] = []
    metadata = client(catalog)
    send = metadata.calls.send

    def counting(method: str, path: str, **options: Any) -> Any:
        if path == "tables/bulk":
            sizes.append(options["body"].count(b'"databaseSchema"'))
        return send(method, path, **options)

    metadata.calls.send = counting  # type: ignore[method-assign]
    _, lost = run(metadata, tables(service, 100), batch_size=40, concurrency=1)

    assert (lost, stored(catalog, service)) == ([], 100)
    assert sizes[0] == 40
    assert max(sizes[1:]) == 20


class Renewing:
    """Gives the next token when the last has run out, as an identity provider would."""

    def __init__(self, catalog: LocalCatalog) -> None:
        self._catalog = catalog
        self._token = catalog.token

    def token(self) -> str:
        return self._token

    def refresh(self) -> bool:
        self._token = self._catalog.another_token()
        return True


def the_practice_apps(catalog: LocalCatalog) -> OAuth2Auth:
    return OAuth2Auth(f"{catalog.app}/oauth/token", CLIENT_ID, CLIENT_SECRET)


def of_an_issuer(catalog: LocalCatalog) -> OidcAuth:
    return OidcAuth(catalog.app, CLIENT_ID, CLIENT_SECRET)


def a_log_in(_catalog: LocalCatalog) -> BasicAuth:
    return BasicAuth(CATALOG_EMAIL, PASSWORD)


@pytest.mark.parametrize("number", SIZES)
@pytest.mark.parametrize("provider", [Renewing, the_practice_apps, of_an_issuer, a_log_in])
def test_a_token_that_runs_out_is_renewed(
    catalog: LocalCatalog,
    provider: Callable[[LocalCatalog], Auth],
    number: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service = new_service()
    set_fault(catalog, token_calls=8)
    auth = provider(catalog)
    refresh, renewed = auth.refresh, list[bool]()
    monkeypatch.setattr(auth, "refresh", lambda: renewed.append(True) or refresh())

    sink, lost = run(client(catalog, auth=auth), tables(service, number), **SMALL[number])

    catalog.set(**HEALTHY)
    assert renewed == [True]  # once, for all threads
    assert (lost, sink.tally.of("table")["created"]) == ([], number)
    assert stored(catalog, service) == number


class Gone(Renewing):
    """Has no next one: its provider is not there any more."""

    def refresh(self) -> bool:
        raise ConnectionError


def a_bots(catalog: LocalCatalog) -> TokenAuth:
    return TokenAuth(catalog.token)


@pytest.mark.parametrize(
    ("provider", "said"), [(a_bots, "refused"), (Gone, r"Gone.refresh\(\) raised ConnectionError")]
)
def test_without_another_token_the_rest_is_told_as_not_stored(
    catalog: LocalCatalog, provider: Callable[[LocalCatalog], Auth], said: str
) -> None:
    service = new_service()
    set_fault(catalog, token_calls=12)
    metadata = client(catalog, auth=provider(catalog))
    sink = RestSink(
        WorkflowContext(metadata=metadata, config={"batch_size": 10, "most_entities": 10})
    )

    def write_all() -> None:
        for item in tables(service, 400):
            sink.write(item)

    with pytest.raises(CatalogError, match=said):
        write_all()
    sink.close()

    catalog.set(**HEALTHY)
    counts = sink.tally.of("table")
    assert not sink.ok
    assert counts["created"] == stored(catalog, service)
    assert counts["scanned"] == counts["created"] + counts["failed"] + counts["not sent"]


def test_a_catalog_that_is_gone_ends_the_run(catalog: LocalCatalog) -> None:
    service = new_service()
    set_fault(catalog, on="/tables/bulk", every={"calls": 1, "fate": "503"})
    sink = RestSink(WorkflowContext(metadata=client(catalog)))

    def write_all() -> None:
        for item in tables(service, 200):
            sink.write(item)
        sink.flush()

    with pytest.raises(CatalogError):  # by a write already, where the calls were faster
        write_all()
    sink.close()

    counts = sink.tally.of("table")
    assert counts["failed"] + counts["not sent"] == counts["scanned"] > 0
    assert sink.tally.state == "partialSuccess"


def test_ctrl_c_tells_what_was_not_sent(catalog: LocalCatalog) -> None:
    service = new_service()
    sink = RestSink(WorkflowContext(metadata=client(catalog), config={"batch_size": 30}))

    for item in tables(service, 100, schemas=1):
        sink.write(item)
    sink.close()  # as a workflow does on Ctrl-C: without flush

    counts = sink.tally.of("table")
    assert counts["not sent"] > 0
    assert counts["created"] + counts["not sent"] == 100
    assert counts["created"] <= stored(catalog, service)


def test_an_entity_under_none_is_told_with_the_catalogs_reason(catalog: LocalCatalog) -> None:
    orphan = Table(name="t", service="nowhere", database="d", schema="s", columns=COLUMNS)

    sink, (lost,) = run(client(catalog), [orphan])

    assert lost.name == "nowhere.d.s.t"
    assert "404" in lost.error
    assert sink.tally.state == "failed"
