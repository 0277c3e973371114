"""Redaction by value: what goes in, what comes out, in every encoding."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import textwrap
import unicodedata
import uuid
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, quote_plus, urlencode, urlsplit
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devsession.secrets.redact import Hit, Redactor, placeholder
from tests.secrets.conftest import KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    Encode = Callable[[str], str]

PEM_BODY = base64.b64encode(bytes(range(7, 250)) * 3).decode()
PEM = "\n".join(
    ["-----BEGIN PRIVATE KEY-----", *textwrap.wrap(PEM_BODY, 64), "-----END PRIVATE KEY-----", ""]
)

ENCODINGS: dict[str, Encode] = {
    "raw": str,
    "percent": lambda text: quote(text, safe=""),
    "percent, slashes kept": quote,
    "percent, lower case": lambda text: "".join(
        f"%{byte:02x}" if chr(byte) not in "abcxyzHTZ" else chr(byte) for byte in text.encode()
    ),
    "percent, twice": lambda text: quote(quote(text, safe=""), safe=""),
    "percent, letters too": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "percent, latin-1": lambda text: quote(text.encode("latin-1"), safe=""),
    "plus": lambda text: quote_plus(f"my {text}"),
    "JSON": json.dumps,
    "JSON, not ASCII only": lambda text: json.dumps(text, ensure_ascii=False),
    "JSON, slashes escaped": lambda text: json.dumps(text).replace("/", r"\/"),
    "JSON in JSON": lambda text: json.dumps(json.dumps({"key": text})),
    "JSON in JSON in JSON": lambda text: json.dumps(json.dumps(json.dumps(text))),
    "unicode escapes": lambda text: "".join(f"\\u{ord(char):04X}" for char in text),
    "Python's repr": lambda text: repr(text.encode()),
    "YAML": lambda text: text.replace('"', r"\"").replace("é", r"\xE9"),
    "CSV": lambda text: text.replace('"', '""'),
    "HTML": html.escape,
    "HTML, by number": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "HTML, by hexadecimal number": lambda text: "".join(f"&#x{ord(char):X};" for char in text),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64, one byte before": lambda text: base64.b64encode(f":{text}".encode()).decode(),
    "base64, two bytes before": lambda text: base64.b64encode(f"a:{text}".encode()).decode(),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(f"?>~{text}?>~".encode()).decode(),
    "base64 for URLs, not padded": lambda text: (
        base64.urlsafe_b64encode(f"u{text}".encode()).decode().rstrip("=")
    ),
    "base64 in a form": lambda text: quote_plus(base64.b64encode(f"u:{text}".encode()).decode()),
    "base64 in JSON": lambda text: (
        base64.b64encode(f"??{text}".encode()).decode().replace("/", r"\/")
    ),
    "base64 of JSON": lambda text: base64.b64encode(json.dumps({"k": text}).encode()).decode(),
    "basic auth, latin-1": lambda text: base64.b64encode(f"ada:{text}".encode("latin-1")).decode(),
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS.keys())
@pytest.mark.parametrize("around", ["{}", "before {} after", "https://h/a/{}?b=1", "{}{}"])
def test_a_secret_is_found_and_replaced_in_every_encoding(
    redactor: Redactor, encode: Encode, around: str
) -> None:
    text = around.replace("{}", encode(KEY))

    clean = redactor.text(text)

    assert {hit.name for hit in redactor.find(text)} == {"api_key"}
    assert encode(KEY) not in clean
    assert redactor.find(clean) == []
    assert redactor.text(clean) == clean


def test_a_placeholder_is_letters_digits_and_hyphens() -> None:
    assert placeholder("api_key") == "REDACTED-api-key"
    assert placeholder("ACME_API_KEY") == "REDACTED-acme-api-key"
    assert placeholder("Schlüssel (neu)") == "REDACTED-schl-ssel-neu"
    assert placeholder("_") == "REDACTED-secret"


def test_a_url_stays_a_url(redactor: Redactor) -> None:
    key = quote(KEY, safe="")

    url = urlsplit(redactor.text(f"https://u:{key}@{key}.acme.test/{key}?q={key}#{key}"))

    assert url.password == "REDACTED-api-key"
    assert url.hostname == "redacted-api-key.acme.test"
    assert url.path == "/REDACTED-api-key"
    assert parse_qs(url.query) == {"q": ["REDACTED-api-key"]}


def test_json_stays_json(redactor: Redactor) -> None:
    text = json.dumps({"a": rf"\{KEY}\"", "b": json.dumps([KEY, "\\"])})

    clean = json.loads(redactor.text(text))

    assert clean["a"] == r"\REDACTED-api-key\""
    assert json.loads(clean["b"]) == ["REDACTED-api-key", "\\"]


def test_basic_auth_can_still_be_decoded(redactor: Redactor) -> None:
    header = "Basic " + base64.b64encode(f"ada:{KEY}".encode()).decode()

    clean = redactor.text(header)

    assert base64.b64decode(clean.removeprefix("Basic ")) == b"ada:REDACTED-api-key"


def test_a_token_in_a_path_keeps_what_stands_before_it(redactor: Redactor) -> None:
    token = base64.urlsafe_b64encode(f"ada:{KEY}".encode()).decode()

    clean = redactor.text(f"https://acme.test/v1/basic/{token}")

    assert clean.startswith("https://acme.test/v1/basic/")
    assert base64.b64decode(clean.rsplit("/", 1)[1]) == b"ada:REDACTED-api-key"


def test_a_signed_token_can_still_be_decoded(redactor: Redactor) -> None:
    payload = base64.urlsafe_b64encode(json.dumps({"key": KEY}).encode()).decode().rstrip("=")

    head, clean, signature = redactor.text(f"eyJhbGciOiJub25lIn0.{payload}.c2ln").split(".")

    assert json.loads(base64.urlsafe_b64decode(clean + "==")) == {"key": "REDACTED-api-key"}
    assert (head, signature) == ("eyJhbGciOiJub25lIn0", "c2ln")


def test_data_is_cleaned_to_its_depth_keys_included(redactor: Redactor) -> None:
    data = {"rows": [{KEY: [KEY, 1, None, True, (KEY, 2.5)]}], "raw": KEY.encode()}

    assert redactor.value(data) == {
        "rows": [
            {"REDACTED-api-key": ["REDACTED-api-key", 1, None, True, ("REDACTED-api-key", 2.5)]}
        ],
        "raw": b"REDACTED-api-key",
    }


def test_a_number_that_is_a_secret_becomes_its_placeholder() -> None:
    redactor = Redactor({"account": "12345678"})

    assert redactor.value({"a": 12345678, "b": 1234567}) == {
        "a": "REDACTED-account",
        "b": 1234567,
    }


def test_bytes_that_are_not_utf8_are_cleaned_too(redactor: Redactor) -> None:
    data = b"\xff\xfe" + KEY.encode() + b"\x80 " + KEY.encode("latin-1") + b" \xe9"

    assert redactor.data(data) == b"\xff\xfeREDACTED-api-key\x80 REDACTED-api-key \xe9"


def test_a_latin1_spelling_never_cuts_a_utf8_character() -> None:
    redactor = Redactor({"password": "secret-é"})

    assert redactor.text("secret-退") == "secret-退"


def test_a_text_with_half_a_character_is_no_error(redactor: Redactor) -> None:
    assert redactor.text(f"\ud83d {KEY}") == "\ud83d REDACTED-api-key"


def test_the_longer_of_two_secrets_goes_first() -> None:
    redactor = Redactor({"user": "abcdef", "token": "abcdefgh", "long": "xxabcdefghyy"})

    clean = redactor.text("abcdef abcdefgh xxabcdefghyy")

    assert clean == "REDACTED-user REDACTED-token REDACTED-long"


def test_of_two_names_with_one_value_the_first_is_used() -> None:
    assert Redactor({"b": "abcdef", "a": "abcdef"}).text("abcdef") == "REDACTED-b"


def test_all_values_of_one_name_become_one_placeholder() -> None:
    redactor = Redactor({"access_token": ["tok-1f7a", "tok-9c2b", ""], "pin": {"4711"}})

    assert redactor.text("tok-9c2b tok-1f7a 4711") == (
        "REDACTED-access-token REDACTED-access-token REDACTED-pin"
    )
    assert sorted(redactor.names) == ["access_token", "pin"]


def test_what_is_not_secret_stays_under_whatever_name_it_stands() -> None:
    redactor = Redactor(
        {"a": "sandbox", "b": ["sandbox", "tok-1f7a"]}, not_secret=["sandbox", "tok"]
    )

    assert redactor.text("sandbox tok-1f7a") == "sandbox REDACTED-b"
    assert redactor.names == ("b",)


def test_an_empty_secret_is_ignored() -> None:
    redactor = Redactor({"unset": ""})

    assert redactor.text("any text") == "any text"
    assert redactor.names == ()


@pytest.mark.parametrize("text", ["4711", "pin=4711", "%204711%20", r"a\n4711\n", "a:4711@b"])
def test_a_short_secret_is_replaced_where_it_stands_alone(redactor: Redactor, text: str) -> None:
    assert redactor.text(text) == text.replace("4711", "REDACTED-pin")


@pytest.mark.parametrize("text", ["14711", "a4711", "4711b", "x47110"])
def test_a_short_secret_inside_a_word_is_left(redactor: Redactor, text: str) -> None:
    assert redactor.text(text) == text


def test_a_short_secret_is_found_in_basic_auth(redactor: Redactor) -> None:
    clean = redactor.text(base64.b64encode(b"ada:4711").decode())

    assert base64.b64decode(clean) == b"ada:REDACTED-pin"


def test_a_secret_that_reads_like_its_placeholder_is_not_replaced_for_ever() -> None:
    redactor = Redactor({"api_key": "api-key", "b": "REDACTED", "c": "the-R"})

    clean = redactor.text("api-key REDACTED the-api-key")

    assert clean == "REDACTED-api-key REDACTED-b the-REDACTED-api-key"
    assert redactor.text(clean) == clean


def test_addresses_become_their_stand_ins() -> None:
    redactor = Redactor({}, {"sandbox.test": "127.0.0.1:41233"})

    assert redactor.text("http://127.0.0.1:41233/a") == "http://sandbox.test/a"
    assert redactor.text("u=http%3A%2F%2F127.0.0.1%3A41233%2Fa") == (
        "u=http%3A%2F%2Fsandbox.test%2Fa"
    )
    assert redactor.value({"127.0.0.1:41233": 1}) == {"sandbox.test": 1}


def test_another_port_is_another_address() -> None:
    redactor = Redactor({}, {"sandbox.test": "127.0.0.1:4123"})

    assert redactor.text("http://127.0.0.1:41233/a") == "http://127.0.0.1:41233/a"


def test_an_address_is_no_secret() -> None:
    redactor = Redactor({"api_key": "abcdefgh"}, {"sandbox.test": "127.0.0.1:41233"})

    assert redactor.find("http://127.0.0.1:41233/?key=abcdefgh") == [Hit("api_key", "raw", 28)]


def test_a_hit_names_secret_encoding_and_place(redactor: Redactor) -> None:
    basic = base64.b64encode(f"ada:{KEY}".encode()).decode()

    hits = redactor.find(f"{quote(KEY)} {json.dumps(KEY)} {html.escape(KEY)} x/{basic}".encode())

    assert [(hit.name, hit.encoding) for hit in hits] == [
        ("api_key", "percent"),
        ("api_key", "escaped"),
        ("api_key", "HTML"),
        ("api_key", "base64"),
    ]
    assert hits[0].at == 0
    assert hits[1].at == len(quote(KEY)) + 2


def test_a_secret_split_by_yaml_or_a_notebook_is_one_secret() -> None:
    redactor = Redactor(
        {"phrase": 'correct horse "é" battery', "pem": "-----BEGIN\nMIIB\nEND-----"}
    )

    folded = '"the phrase is correct\\\n    \\ horse \\"\\xE9\\\n    \\" battery"'
    cell = json.dumps({"text": ["-----BEGIN\n", "MIIB\n", "END-----"]}, indent=1)

    assert [hit.name for hit in redactor.find(folded)] == ["phrase"]
    assert [hit.name for hit in redactor.find(cell)] == ["pem"]
    assert json.loads(redactor.text(cell)) == {"text": ["REDACTED-pem"]}


def test_clean_bytes_are_given_back_as_they_are(redactor: Redactor) -> None:
    data = json.dumps({"a": "plain %20 text", "b": r"c:\temp", "c": "&amp;"}).encode()

    assert redactor.data(data) is data


def test_a_compressed_answer_can_still_be_read(redactor: Redactor) -> None:
    answer = json.dumps({"key": KEY, "n": 1}).encode()

    clean = redactor.data(b"\r\n" + gzip.compress(answer) + b"\r\n--x--")

    assert json.loads(gzip.decompress(clean[2:-7])) == {"key": "REDACTED-api-key", "n": 1}


def test_what_compression_left_as_it_was_is_compressed_again(redactor: Redactor) -> None:
    stored = gzip.compress(KEY.encode(), compresslevel=0)

    assert gzip.decompress(redactor.data(stored)) == b"REDACTED-api-key"


def test_compressed_json_in_base64_can_still_be_read(redactor: Redactor) -> None:
    packed = base64.b64encode(gzip.compress(json.dumps({"key": KEY}).encode())).decode()

    clean = json.loads(redactor.text(json.dumps({"state": packed})))["state"]

    assert json.loads(gzip.decompress(base64.b64decode(clean))) == {"key": "REDACTED-api-key"}


def test_a_workbook_can_still_be_opened(redactor: Redactor) -> None:
    book = io.BytesIO()
    with ZipFile(book, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/sheet1.xml", f"<c>{html.escape(KEY)}</c>")
        archive.writestr("xl/other.xml", "<c/>")

    with ZipFile(io.BytesIO(redactor.data(book.getvalue()))) as clean:
        assert clean.read("xl/sheet1.xml") == b"<c>REDACTED-api-key</c>"
        assert clean.read("xl/other.xml") == b"<c/>"


def test_json_in_a_form_stays_a_form_of_json(redactor: Redactor) -> None:
    form = urlencode({"payload": json.dumps({"key": KEY, "text": "a é+b"}), "n": "1"})

    clean = parse_qs(redactor.text(form))

    assert json.loads(clean["payload"][0]) == {"key": "REDACTED-api-key", "text": "a é+b"}
    assert clean["n"] == ["1"]


def test_a_basic_pair_in_a_signed_token_can_still_be_decoded(redactor: Redactor) -> None:
    pair = base64.b64encode(f"ada:{KEY}".encode()).decode()
    claims = base64.urlsafe_b64encode(json.dumps({"auth": pair}).encode()).decode().rstrip("=")

    clean = redactor.text(f"Bearer eyJhbGciOiJub25lIn0.{claims}.c2ln").split(".")[1]

    inner = json.loads(base64.urlsafe_b64decode(clean + "=="))["auth"]
    assert base64.b64decode(inner) == b"ada:REDACTED-api-key"


def test_hexadecimal_keeps_its_case_and_what_stands_around_it(redactor: Redactor) -> None:
    clean = redactor.text(f"id-0x{KEY.encode().hex().upper()}")

    assert clean == f"id-0x{b'REDACTED-api-key'.hex().upper()}"


def test_a_stream_that_is_cut_off_is_replaced_as_a_whole(redactor: Redactor) -> None:
    cut_off = gzip.compress(f"the key is {KEY} ".encode() * 9)[:-12]

    assert redactor.data(b"\xff" + cut_off) == b"\xffREDACTED-api-key"


@pytest.mark.parametrize(
    "written",
    [
        PEM,
        PEM.replace("\n", "\r\n"),
        PEM.replace("\n", r"\n"),
        json.dumps({"private_key": PEM}),
        json.dumps(json.dumps({"private_key": PEM})),
        json.dumps({"source": PEM.splitlines(keepends=True)}, indent=1),
        textwrap.indent(PEM, "      "),
        PEM_BODY,
        "\n".join(textwrap.wrap(PEM_BODY, 76)),
        PEM.replace("\n", " "),
        quote(PEM),
        base64.b64encode(PEM.encode()).decode(),
        base64.encodebytes(PEM.encode()).decode(),
    ],
)
def test_a_private_key_is_found_however_its_lines_are_broken(written: str) -> None:
    redactor = Redactor({"private_key": PEM})

    clean = redactor.text(f"key: {written} end")

    assert redactor.find(written) != []
    assert redactor.find(clean) == []
    assert PEM_BODY[:40] not in clean
    assert PEM_BODY[-40:] not in clean


def test_a_key_in_a_service_account_is_found_by_itself() -> None:
    redactor = Redactor({"account": json.dumps({"type": "service", "private_key": PEM})})

    clean = redactor.text(f"read {PEM}")

    assert PEM_BODY[:40] not in clean


def test_a_host_name_is_found_in_lower_case() -> None:
    redactor = Redactor({"tenant": "Acme-7f3a9C", "word": "Password"})

    assert redactor.text("https://acme-7f3a9c.test/?q=password") == (
        "https://REDACTED-tenant.test/?q=password"
    )


def test_split_accents_and_misread_bytes_are_the_same_secret() -> None:
    redactor = Redactor({"phrase": "clé-secrète"})

    split = unicodedata.normalize("NFD", "clé-secrète")
    misread = "clé-secrète".encode().decode("latin-1")

    assert redactor.text(f"{split} {misread}") == "REDACTED-phrase REDACTED-phrase"


@pytest.mark.parametrize(
    "text",
    [
        "34373131",
        "3f2b34373131aa04",
        str(uuid.UUID(int=0x34373131_3437_3131_3437_313134373131)),
        "eyJ0eXAiOiJKV1QifQ",
        "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=",
        "/contacts/00350000034373131",
    ],
)
def test_short_values_and_random_digits_are_left(text: str) -> None:
    redactor = Redactor({"pin": "4711", "flag": "1", "key": "sk-live-51Hx"})

    assert redactor.text(text) == text


@settings(deadline=None)
@given(st.binary(max_size=2_000))
def test_chance_is_left_as_it_is(data: bytes) -> None:
    redactor = Redactor({"key": "sk-live-51Hx", "key2": "Canary0123456789"})

    assert redactor.data(data) is data
    assert redactor.text(base64.b64encode(data).decode()) == base64.b64encode(data).decode()


def test_one_text_may_be_given_as_not_secret() -> None:
    assert Redactor({"a": "sandbox", "b": "sand"}, not_secret="sandbox").text("sandbox sand") == (
        "sandbox REDACTED-b"
    )


def test_a_redactor_shows_names_only(redactor: Redactor) -> None:
    assert repr(redactor) == "Redactor(api_key, pin)"
