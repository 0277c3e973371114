"""A pydantic model as a form: every type that it can have goes there and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal, Optional
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import (
    BaseModel,
    Field,
    HttpUrl,
    SecretStr,
    StrictInt,
    field_validator,
    model_validator,
)

from devsession.errors import DefinitionError, FormError
from devsession.plugin import ConnectionConfigurationParameters, ConnectionMethod
from devsession.plugin import OutboundSyncConfigurationForm as OutboundForm
from devsession.plugin.form import Form
from devsession.secrets.redact import placeholder
from devsession.secrets.reference import secret

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

KEY = "hush-hush-hush"


class Region(Enum):
    EUROPE = "eu"
    AMERICA = "us"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Address(BaseModel):
    city: str = "Rome"
    zip_code: int = Field(ge=1, le=99_999)


class Contact(BaseModel):
    email: str = Field(pattern=r"^\S+@\S+$")
    address: Address | None = None


class Everything(BaseModel):
    """Each type that a form can ask for."""

    api_key: SecretStr = Field(min_length=8)
    second_key: SecretStr | None = None
    name: str = Field(min_length=2, max_length=20, description="As on the invoice")
    note: str | None = None
    tenant: str = Field(alias="tenantId", pattern="^[a-z]+$", title="Tenant")
    verbose: bool = False
    fast: bool | None = None
    port: int = Field(8080, ge=1, le=65_535)
    even: int = Field(0, ge=0, le=10, multiple_of=2)
    retries: Optional[Annotated[int, Field(ge=0)]] = None  # noqa: UP045 - authors write both
    ratio: float = Field(0.5, ge=0, le=1)
    quarter: float = Field(0.25, ge=0, le=1, multiple_of=0.25)
    weight: float = 1.5
    price: Decimal = Field(Decimal("9.90"), max_digits=6, decimal_places=2)
    since: date = date(2026, 1, 31)
    seen: datetime | None = None
    opens: time = time(8, 30)
    id: UUID | None = None
    url: HttpUrl = HttpUrl("https://acme.example/api")
    size: Literal["small", "large"] = "small"
    step: Literal[1, 2] = 1
    region: Region
    level: Level = Level.LOW
    tags: list[str] = Field(default_factory=lambda: ["new"], max_length=3)
    numbers: list[int] = []
    sizes: list[Literal["small", "large"]] = []
    regions: list[Region] = Field(default=[], min_length=0)
    contact: Contact
    billing: Address | None = None


ANSWERS: dict[str, Any] = {
    "api_key": KEY,
    "name": "Acme",
    "tenant": "acme",
    "region": Region.EUROPE,
    "contact__email": "ada@example.com",
}


def form_of(model: type[BaseModel]) -> Form:
    return Form(
        [ConnectionMethod.from_model(model, name="Model")],
        title="the form",
        parameters=lambda form: None,
        redact=str,
    )


def parameters_of(form: Form) -> ConnectionConfigurationParameters:
    """What is stored of a form, written as JSON and read again."""
    stored = ConnectionConfigurationParameters(
        connection_method="Model", connection_parameters=form.values
    )
    read = ConnectionConfigurationParameters.model_validate_json(stored.model_dump_json())
    return read.with_secrets({name: str(value) for name, value in form.secrets.items()})


def answers_of(model: BaseModel, prefix: str = "") -> dict[str, Any]:
    """What `fill` is given for a model."""
    answers: dict[str, Any] = {}
    for name, value in model:
        if isinstance(value, BaseModel):
            answers |= answers_of(value, f"{prefix}{name}__")
        if not isinstance(value, BaseModel) or type(model).model_fields[name].default is None:
            boxed = isinstance(value, BaseModel)
            answers[prefix + name] = boxed or value
        if isinstance(value, SecretStr):
            answers[prefix + name] = value.get_secret_value()
    return answers


def test_every_type_has_its_field(snapshot: SnapshotAssertion) -> None:
    described = form_of(Everything).describe()["fields"]

    shown = ("name", "label", "type", "secret", "required", "help", "depends_on", "value")
    assert [tuple(field[key] for key in shown) for field in described] == snapshot


def test_defaults_make_the_model() -> None:
    form = form_of(Everything)

    form.fill(**ANSWERS)

    assert parameters_of(form).as_model(Everything) == Everything.model_validate(
        {
            "api_key": KEY,
            "name": "Acme",
            "tenantId": "acme",
            "region": "eu",
            "contact": {"email": "ada@example.com"},
        }
    )


def test_every_answer_comes_back_as_its_type() -> None:
    whole = Everything.model_construct(
        api_key=SecretStr(KEY),
        second_key=SecretStr("another secret"),
        name="Acmé",
        note="two\nlines",
        tenant="acme",
        verbose=True,
        fast=False,
        port=443,
        even=4,
        retries=3,
        ratio=0.125,
        quarter=0.75,
        weight=-1e30,
        price=Decimal("1.50"),
        since=date(1, 1, 1),
        seen=datetime(2026, 11, 21, 9, 20, 1, 5, tzinfo=UTC),
        opens=time(23, 59, 59),
        id=UUID(int=7),
        url=HttpUrl("https://b.example/?q=1"),
        size="large",
        step=2,
        region=Region.AMERICA,
        level=Level.HIGH,
        tags=["a", "b c"],
        numbers=[3, -1],
        sizes=["large", "small"],
        regions=[Region.AMERICA],
        contact=Contact(email="a@b", address=Address(city="Bonn", zip_code=1)),
        billing=Address(zip_code=2),
    )
    form = form_of(Everything)

    form.fill(**answers_of(whole))

    assert parameters_of(form).as_model(Everything) == whole


WRONG: dict[str, Any] = {
    "api_key": "short",
    "name": "A",
    "tenant": "ACME",
    "verbose": "perhaps",
    "fast": "perhaps",
    "port": 65_536,
    "even": 3,
    "retries": -1,
    "ratio": 1.5,
    "quarter": 0.3,
    "weight": "heavy",
    "price": "1.234",
    "since": "2026-02-30",
    "seen": "yesterday",
    "opens": "25:00",
    "id": "7",
    "url": "acme",
    "size": "medium",
    "step": 3,
    "region": "asia",
    "level": 3,
    "tags": ["1", "2", "3", "4"],
    "numbers": ["1", "x"],
    "sizes": ["small", "medium"],
    "regions": ["asia"],
    "contact__email": "nobody",
    "contact__address": True,
    "contact__address__zip_code": 0,
    "billing": "perhaps",
}


def test_each_field_says_what_the_model_says(snapshot: SnapshotAssertion) -> None:
    with pytest.raises(FormError) as error:
        form_of(Everything).fill(**WRONG)

    assert error.value.errors == snapshot
    assert error.value.errors.keys() == WRONG.keys() - {"contact__address"}


@pytest.mark.parametrize("name", sorted(WRONG.keys() - {"contact__address"}))
def test_a_click_that_is_refused_leaves_the_answer(name: str) -> None:
    form = form_of(Everything)
    form.fill(**ANSWERS, contact__address=True, contact__address__zip_code=5)
    before = form.values, form.secrets

    form.set(name, WRONG[name])

    assert list(form.errors) == [name]
    assert (form.values, form.secrets) == before


def test_what_only_the_whole_model_can_tell_is_told_when_the_plugin_asks_for_it() -> None:
    class Range(BaseModel):
        low: int
        high: int

        @field_validator("high")
        @classmethod
        def _above(cls, high: int, info: Any) -> int:
            if high <= info.data["low"]:
                raise ValueError("must be above low")
            return high

    form = form_of(Range)
    form.fill(low=5, high=3)

    with pytest.raises(FormError) as error:
        parameters_of(form).as_model(Range)

    assert error.value.errors == {"high": "Value error, must be above low"}


def test_an_error_of_the_model_shows_no_secret(snapshot: SnapshotAssertion) -> None:
    form = form_of(Everything)
    form.fill(**ANSWERS | {"api_key": secret("ACME_API_KEY")})
    parameters = parameters_of(form).with_secrets({"api_key": "secret"})

    with pytest.raises(FormError) as error:
        parameters.as_model(Everything)

    assert str(error.value) == snapshot


def test_offline_a_placeholder_is_as_good_as_the_secret() -> None:
    class Short(BaseModel):
        api_key: SecretStr = Field(max_length=8)

    stored = ConnectionConfigurationParameters(connection_method="Model")

    model = stored.with_secrets({"api_key": placeholder("api_key")}).as_model(Short)

    assert isinstance(model, Short)
    assert model.api_key.get_secret_value() == placeholder("api_key")


class Prefixed(BaseModel):
    api_key: SecretStr = Field(max_length=8)

    @field_validator("api_key")
    @classmethod
    def _has_its_prefix(cls, api_key: SecretStr) -> SecretStr:
        if not api_key.get_secret_value().startswith("sk_"):
            raise ValueError("must begin with sk_")
        return api_key


class Holding(BaseModel):
    name: str = " Acme "
    inner: Prefixed
    other: Prefixed | None = None

    @field_validator("name")
    @classmethod
    def _stripped(cls, name: str) -> str:
        return name.strip()


def test_offline_no_check_of_a_secret_is_asked_and_each_other_is() -> None:
    stored = ConnectionConfigurationParameters(
        connection_method="Model", connection_parameters={"name": " Beta ", "other": "true"}
    )
    keys = {name: placeholder(name) for name in ("inner__api_key", "other__api_key")}

    model = stored.with_secrets(keys).as_model(Holding)

    assert model.name == "Beta"
    assert isinstance(model.inner, Prefixed)
    assert model.inner.api_key.get_secret_value() == keys["inner__api_key"]
    assert model.other is not None


class Telling(BaseModel):
    """Its validators say more than they should, and it has more than one thing to say."""

    api_key: SecretStr
    low: int = 0
    high: int = 1
    ports: list[int] = []

    @model_validator(mode="after")
    def _above(self) -> Telling:
        if self.high <= self.low:
            raise ValueError(f"high must be above low, with {self.api_key.get_secret_value()!r}")
        return self


def test_what_a_validator_tells_of_a_secret_is_redacted(snapshot: SnapshotAssertion) -> None:
    form = form_of(Telling)
    form.fill(api_key=KEY, low=5)

    with pytest.raises(FormError) as error:
        parameters_of(form).as_model(Telling)

    assert KEY not in f"{error.value}{error.value.errors}"
    assert str(error.value) == snapshot


def test_all_that_is_said_about_a_field_is_told() -> None:
    stored = ConnectionConfigurationParameters(
        connection_method="Model", connection_parameters={"ports": "x\n1\ny"}
    )

    with pytest.raises(FormError) as error:
        stored.with_secrets({"api_key": KEY}).as_model(Telling)

    assert error.value.errors["ports"].count("valid integer") == 2


class Defaults(BaseModel):
    """Each may be None, and is something else when nobody says so."""

    number: int | None = 3
    text: str | None = "d"
    size: Literal["small", "large"] | None = "small"
    region: Region | None = Region.EUROPE
    fast: bool | None = True
    tags: list[str] | None = ["a"]
    sizes: list[Literal["small", "large"]] | None = ["small"]
    address: Address | None = Address(zip_code=1)


@pytest.mark.parametrize("name", list(Defaults.model_fields))
def test_none_is_an_answer_where_the_default_is_another(name: str) -> None:
    form = form_of(Defaults)
    form.fill(**{name: None})
    stored = parameters_of(form)
    again = form_of(Defaults)
    again.restore(form.values, {})
    again.fill()

    assert stored.as_model(Defaults) == Defaults.model_construct(**{name: None})
    assert parameters_of(again) == stored


def test_an_empty_choice_is_none_too() -> None:
    form = form_of(Defaults)

    form.set("fast", "")

    assert (form.errors, form.plain("fast")) == ({}, None)
    assert parameters_of(form).as_model(Defaults).fast is None


def test_the_form_of_a_sync_can_be_a_model() -> None:
    form = OutboundForm.from_model(Address)

    assert [field.name for field in form.fields] == ["city", "zip_code"]


class Tree(BaseModel):
    child: Tree | None = None


class Unlisted(BaseModel):
    options: dict[str, int]


class Either(BaseModel):
    value: int | str


class Rows(BaseModel):
    rows: list[Address]


class Strict(BaseModel):
    port: StrictInt


class Same(BaseModel):
    step: Literal[1, "1"]


class Empty(BaseModel):
    step: Literal["", "x"]


class Leaking(BaseModel):
    key: SecretStr = SecretStr(KEY)


class Deep(BaseModel):
    inner: Unlisted


@pytest.mark.parametrize(
    "model",
    [Tree, Unlisted, Either, Rows, Strict, Same, Empty, Leaking, Deep],
    ids=lambda m: m.__name__,
)
def test_what_a_form_cannot_ask_for_names_model_and_field(
    model: type[BaseModel], snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(DefinitionError) as error:
        ConnectionMethod.from_model(model, name="Model")

    told = str(error.value).replace(f"line {error.value.where.rsplit(' ', 1)[-1]}", "line")
    assert [line for line in told.splitlines() if "where" not in line] == snapshot
    assert "test_model_form.py" in error.value.where


LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), min_size=1)
ADDRESSES = st.builds(Address, city=LINES, zip_code=st.integers(1, 99_999))
MODELS = st.builds(
    Everything,
    api_key=st.text(st.characters(codec="utf-8"), min_size=8).map(SecretStr),
    second_key=st.none() | LINES.map(SecretStr),
    name=st.text(st.characters(codec="utf-8"), min_size=2, max_size=20),
    note=st.none() | LINES,
    tenantId=st.from_regex("[a-z]+", fullmatch=True),
    fast=st.none() | st.booleans(),
    verbose=st.booleans(),
    port=st.integers(1, 65_535),
    even=st.integers(0, 5).map(lambda half: half * 2),
    retries=st.none() | st.integers(0),
    ratio=st.floats(0, 1),
    quarter=st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]),
    weight=st.floats(allow_nan=False),
    price=st.decimals(0, 9999, places=2),
    since=st.dates(),
    seen=st.none() | st.datetimes(timezones=st.none() | st.just(UTC)),
    opens=st.times(),
    id=st.none() | st.uuids(),
    size=st.sampled_from(["small", "large"]),
    step=st.sampled_from([1, 2]),
    region=st.sampled_from(Region),
    level=st.sampled_from(Level),
    tags=st.lists(LINES, max_size=3),
    numbers=st.lists(st.integers()),
    sizes=st.lists(st.sampled_from(["small", "large"]), unique=True),
    regions=st.lists(st.sampled_from(Region), unique=True),
    contact=st.builds(Contact, email=st.just("a@b"), address=st.none() | ADDRESSES),
    billing=st.none() | ADDRESSES,
)


@settings(deadline=None, max_examples=50)
@given(MODELS)
def test_any_model_goes_through_the_form_and_back(whole: Everything) -> None:
    form = form_of(Everything)

    form.fill(**answers_of(whole))

    assert parameters_of(form).as_model(Everything) == whole
