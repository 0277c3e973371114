"""Items as lines that give the same items back, and what two runs differ in."""

from __future__ import annotations

import json

import pytest
from pydantic import BaseModel, Field, SecretStr

from devsession.errors import EntityError, WorkflowError
from devsession.openmetadata import (
    Column,
    Container,
    DatabaseSchema,
    OMError,
    Source,
    StorageService,
    Table,
    TestCase,
    TestResult,
)
from devsession.openmetadata.review.written import differences, from_line, to_line
from devsession.openmetadata.workflow.frozen_config import frozen, thawed
from tests.openmetadata.shop import ORDERS, SHOP, table

ITEMS = [
    *SHOP,
    table("with.dot", Column(name="größe", data_type="INT", children=[])),
    DatabaseSchema(name="a.b", database="c.d", service="e.f"),
    StorageService(name="files.eu"),
    Container(name="bucket", service="files.eu", data_model={"columns": []}),
    TestCase(
        name="no nulls", table=ORDERS.fqn, column="ID", test_definition="columnValuesToBeNotNull"
    ),
    TestResult(
        test_case="shop.sales.public.orders.ID.no nulls", timestamp=1, test_case_status="Success"
    ),
    OMError("orders", "no permission"),
]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: type(item).__name__)
def test_a_line_gives_the_same_item_back(item: object) -> None:
    line = json.loads(json.dumps(to_line(item)))  # type: ignore[arg-type]

    assert from_line(line) == item


def test_an_authors_own_class_is_read_as_the_one_that_it_is_derived_from() -> None:
    class Sheet(Table):
        """A table of a workbook."""

    place = {"service": "s", "database": "d", "schema": "p"}

    assert type(from_line(to_line(Sheet(name="x", columns=[], **place)))) is Table


def test_what_is_no_line_is_refused() -> None:
    with pytest.raises(EntityError, match="no kind of entity"):
        from_line({"kind": "Planet", "name": "Mars"})


def test_differences_name_the_item_and_the_field() -> None:
    before = [to_line(each) for each in SHOP]
    now = [to_line(each) for each in [*SHOP[:4], table("staff")]]
    now[3]["columns"][1]["name"] = "MAIL"

    assert differences(now, before) == [
        "Table shop.sales.public.orders: did not come",
        "LineageEdge shop.sales.public.people -> shop.sales.public.orders: did not come",
        "Table shop.sales.public.staff: came, and is not expected",
        "Table shop.sales.public.people: columns[1].name is 'MAIL', expected 'EMAIL'",
    ]


def test_neither_order_nor_the_moment_of_a_run_is_a_difference() -> None:
    result = TestResult(test_case="a.b", timestamp=1, test_case_status="Success")
    later = result.model_copy(update={"timestamp": 2})

    assert not differences(
        [to_line(later), *map(to_line, SHOP[::-1])], [*map(to_line, SHOP), to_line(result)]
    )


class Login(BaseModel):
    """How to sign in."""

    user: str
    password: SecretStr = Field(min_length=8)


class Config(BaseModel):
    """What a source asks for."""

    host: str
    login: Login


class Reader(Source):
    """A source that is configured."""

    Config = Config


def test_a_configuration_is_frozen_without_its_secrets() -> None:
    config = Config(host="h", login=Login(user="u", password=SecretStr("correct horse")))

    content, secrets = frozen(config)

    assert content == {"host": "h", "login": {"user": "u", "password": "REDACTED-login-password"}}
    assert secrets == {"login__password": "correct horse"}
    assert thawed(Reader, content, secrets) == config
    assert (
        thawed(Reader, content, {}).login.password.get_secret_value() == "REDACTED-login-password"
    )


def test_a_configuration_that_does_not_fit_any_more_names_the_field() -> None:
    with pytest.raises(WorkflowError) as caught:
        thawed(Reader, {"hosts": "h", "login": {"user": "u", "password": "x" * 9}}, {})

    assert "host: is missing" in str(caught.value)
