"""Personal data: found by names in several languages and by values, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from devsession.openmetadata import (
    Classification,
    Column,
    Source,
    Table,
    Tag,
    Workflow,
)
from devsession.openmetadata.processors import ClassifyPii
from devsession.openmetadata.processors.pii_names import kind_by_name
from devsession.openmetadata.processors.pii_values import (
    is_card,
    is_iban,
    is_identity_number,
    is_ip,
    is_phone,
)
from tests.openmetadata.acme import Kept, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("email", "e-mail address"),
        ("CUSTOMER_EMAIL_ADDRESS", "e-mail address"),
        ("customerEMail", "e-mail address"),
        ("E-Mail", "e-mail address"),
        ("correo_electrónico", "e-mail address"),
        ("phonenumber", "phone number"),
        ("telefon_privat_2", "phone number"),
        ("Mobilnummer", "phone number"),
        ("numero_telefono", "phone number"),
        ("firstName", "person's name"),
        ("Prénom", "person's name"),
        ("nachname", "person's name"),
        ("apellidos", "person's name"),
        ("dateOfBirth", "date of birth"),
        ("GEBURTSDATUM", "date of birth"),
        ("data_nascimento", "date of birth"),
        ("ssn", "identity number"),
        ("passport_no", "identity number"),
        ("codiceFiscale", "identity number"),
        ("IBAN", "bank account"),
        ("credit_card_number", "card number"),
        ("Straße", "street address"),
        ("shipping_address_line_1", "street address"),
        ("client_ip_address", "IP address"),
        ("password_hash", "password"),
        ("Contraseña", "password"),
        ("blood_type", "health"),
        ("gehalt", "pay"),
    ],
)
def test_names_that_say_so(name: str, kind: str) -> None:
    assert kind_by_name(name) == kind


@pytest.mark.parametrize(
    "name",
    [
        *("id", "name", "product_name", "company_name", "table_name", "created_at", "status"),
        *("email_verified", "email_count", "is_email_opt_in", "email_sent_at", "email_template_id"),
        *("phone_model", "has_phone", "mac_address", "memory_address", "ip_version", "web_address"),
        *("zip_file", "shipment", "ship_date", "streetlight_id", "description", "tip", "script"),
        *("address_id", "gender_neutral", "passport_required", "card_type", "salary_band_id"),
        *("email_hash", "telemetry", "mobile_app_version", "handyman", "faxed", "wage_type"),
    ],
)
def test_names_that_only_look_so(name: str) -> None:
    assert kind_by_name(name) == ""


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (is_card, "4111 1111 1111 1111", "4111 1111 1111 1112"),
        (is_card, "378282246310005", "1234567812345670"),
        (is_iban, "DE89 3704 0044 0532 0130 00", "DE88 3704 0044 0532 0130 00"),
        (is_iban, "GB82WEST12345698765432", "GB82WEST1234569876543"),
        (is_identity_number, "123-45-6789", "000-45-6789"),
        (is_identity_number, "12345678Z", "12345678A"),
        (is_identity_number, "RSSMRA85T10A562S", "RSSMRA85T10A562"),
        (is_identity_number, "529.982.247-25", "529.982.247-24"),
        (is_ip, "2001:db8::1", "10.0.19041.1"),
        (is_phone, "+49 (0)30 1234567", "2024-01-01"),
        (is_phone, "(030) 1234-567", "1234567890"),
    ],
)
def test_values_go_by_their_form_and_their_check_digits(
    check: Callable[[str], bool], good: str, bad: str
) -> None:
    assert check(good)
    assert not check(bad)


class Customers(Source):
    values: Mapping[str, Sequence[object]] = {
        "contact": ["ana@example.com", None, "jo@example.org", "li@example.net", "x@example.de"],
        "email": [str(number) for number in range(20)],
        "reference": ["4111111111111111", "5500005555555559", "340000000000009"],
        "order_no": [str(4000000000000000 + number) for number in range(100)],
        "agent_version": ["10.0.0.1", "10.0.0.2", "10.0.0.3"],
    }

    def generate(self) -> Iterator[Table]:
        yield table(
            "customers",
            *(Column(name=name, data_type="VARCHAR") for name in self.values),
            Column(name="email_confirmed", data_type="BOOLEAN"),
            Column(name="birthday", data_type="DATE"),
            Column(name="phone", data_type="TIMESTAMP"),
            Column(
                name="billing",
                data_type="STRUCT",
                children=[
                    Column(name="iban", data_type="VARCHAR"),
                    Column(name="n", data_type="INT"),
                ],
            ),
        )

    def sample(self, table: Table, rows: int) -> Mapping[str, Sequence[object]]:
        return self.values


def tags_of(sink: Kept) -> dict[str, list[str]]:
    (found,) = [item for item in sink.items if isinstance(item, Table)]
    columns = {each.name: each for each in found.columns}
    columns |= {f"billing.{each.name}": each for each in columns["billing"].children}
    return {name: [tag.tag_fqn for tag in each.tags] for name, each in columns.items() if each.tags}


def test_columns_get_their_tag_and_the_report_says_why() -> None:
    sink = Kept()
    report = Workflow(Customers, sink, [ClassifyPii], service="crm").run()

    assert tags_of(sink) == {
        name: ["PII.Sensitive"] for name in ("contact", "reference", "birthday", "billing.iban")
    }
    of_table = "crm.sales.public.customers"
    assert report.steps[1].notes == [
        f"{of_table}.contact: PII.Sensitive, e-mail address: 4 of 4 values look so",
        f"{of_table}.reference: PII.Sensitive, card number: 3 of 3 values look so",
        f"{of_table}.birthday: PII.Sensitive, date of birth: it is called 'birthday'",
        f"{of_table}.billing.iban: PII.Sensitive, bank account: it is called 'iban'",
    ]
    assert report.steps[1].notes[0] in str(report)
    assert "ana@example.com" not in str(report.to_dict())


def test_its_tags_are_there_before_the_first_entity_unless_the_catalog_has_them() -> None:
    class Catalog:
        def get_by_name(self, kind: type, fqn: str) -> Any:
            return fqn if kind in {Classification, Tag} else None

    fresh, known = Kept(), Kept()
    Workflow(Customers, fresh, [ClassifyPii], service="crm").run()
    Workflow(Customers, known, [ClassifyPii], service="crm", metadata=Catalog()).run()
    assert fresh.names[:2] == ["PII", "PII.Sensitive"]
    assert "PII" not in known.names


def test_kinds_may_have_tags_of_their_own_or_none() -> None:
    sink = Kept()
    kinds = {"date of birth": "", "e-mail address": "PersonalData.Contact"}
    chosen = ClassifyPii.using(kinds=kinds, names={"excludes": ["reference"]}, sample_rows=0)
    Workflow(Customers, sink, [chosen], service="crm").run()
    assert tags_of(sink) == {
        "email": ["PersonalData.Contact"],
        "billing.iban": ["PII.Sensitive"],
    }


def test_a_sample_that_fails_leaves_the_names_and_is_told() -> None:
    class Shut(Customers):
        def sample(self, table: Table, rows: int) -> Mapping[str, Sequence[object]]:
            raise PermissionError("no select")

    sink = Kept()
    report = Workflow(Shut, sink, [ClassifyPii], service="crm").run()
    assert report
    assert "birthday" in tags_of(sink)
    assert "no values of crm.sales.public.customers: PermissionError" in report.steps[1].warned[0]
