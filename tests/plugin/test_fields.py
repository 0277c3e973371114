"""Each kind of field: what it takes, what it says no to, what comes back."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from devsession.errors import FormError
from devsession.plugin import (
    UPSERT,
    ConnectionMethod,
    FormDropdownField,
    FormGpgKeypair,
    FormOption,
    FormRadioField,
    FormSliderField,
    FormSnowflakeStageField,
    FormSshKeypair,
    FormX509Certificate,
    InformationBoxField,
    InformationField,
    OutboundSyncConfigurationParameters,
    StaticFormOptionsDataSource,
    StoredConfigurationValue,
)
from devsession.plugin.form import Form
from devsession.secrets.reference import secret
from tests.keys import CERTIFICATE, SSH_PRIVATE, SSH_PUBLIC

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from devsession.plugin.fields import FormField


def block(label: str, body: bytes = b"not a key at all, but of its shape") -> str:
    text = base64.b64encode(body).decode()
    return f"-----BEGIN {label}-----\n{text}\n-----END {label}-----\n"


def gpg_block(label: str) -> str:
    return block(label, label.encode()).replace("-----\n", "-----\nVersion: Test v1\n\n", 1)


SSH_BODY = SSH_PUBLIC.split()[1]
GPG_PUBLIC = gpg_block("PGP PUBLIC KEY BLOCK")
GPG_PRIVATE = gpg_block("PGP PRIVATE KEY BLOCK")

TAGS = StaticFormOptionsDataSource(
    values=[
        FormOption(value="a", label="Apple", metadata={"id": 1}),
        FormOption(value="b", label="Birne", default=True),
        FormOption(value="ü", label="Übrig", default=True),
        FormOption(value="z", label="Zebra", disabled=True),
    ]
)
BATCH = FormSliderField(name="batch", label="Batch", min=10, max=50, step=5, default_value=20)
SHARE = FormSliderField(name="share", label="Share", min=0.1, max=1.0, step=0.1)
TAG = FormRadioField(name="tag", label="Tag", data_source=TAGS)
SEVERAL = FormDropdownField(name="tags", label="Tags", data_source=TAGS, multi_select=True)
STAGE = FormSnowflakeStageField(name="stage", label="Stage")
SSH = FormSshKeypair(name="key", label="Key")
SSH_OF_APP = FormSshKeypair(name="key", label="Key", local_side="public")
GPG = FormGpgKeypair(name="key", label="Key")
MADE = FormSshKeypair(name="key", label="Key", allow_user_provided=False)
X509 = FormX509Certificate(name="certificate", label="Certificate")
HELLO = InformationField(name="hello", markdown="**Hello**")
CARE = InformationBoxField(name="care", markdown="Take care", box_type="warning")


def form_of(*fields: FormField) -> Form:
    return Form(
        [ConnectionMethod(name="Key", fields=list(fields))],
        title="the form",
        parameters=lambda form: form.values,
        redact=str,
    )


def stored_by(field: FormField, value: object) -> str:
    form = form_of(field)
    form.fill(**{field.name: value})
    return form.values[field.name].value


def refusal_of(field: FormField, value: object) -> str:
    with pytest.raises(FormError) as error:
        form_of(field).fill(**{field.name: value})
    return error.value.errors[field.name]


@pytest.mark.parametrize(
    ("field", "value", "stored", "plain"),
    [
        (BATCH, 25, "25", 25),
        (BATCH, "50", "50", 50),
        (BATCH, 10.0, "10", 10),
        (SHARE, 0.3, "0.3", 0.3),
        (SHARE, 1, "1", 1),
        (TAG, "a", "a", "a"),
        (SEVERAL, ["ü", "a"], '["ü","a"]', ["ü", "a"]),
        (SEVERAL, ("a",), '["a"]', ["a"]),
        (SEVERAL, [], "[]", []),
        (STAGE, "@DB.SCHEMA.STAGE", "@DB.SCHEMA.STAGE", "@DB.SCHEMA.STAGE"),
        (STAGE, '@db."My Schema".s/a/ü.csv', '@db."My Schema".s/a/ü.csv', None),
        (SSH_OF_APP, SSH_PUBLIC, SSH_PUBLIC, SSH_PUBLIC),
        (X509, CERTIFICATE * 2, CERTIFICATE * 2, CERTIFICATE * 2),
    ],
)
def test_a_value_is_taken_stored_as_text_and_given_back(
    field: FormField, value: object, stored: str, plain: object
) -> None:
    form = form_of(field)
    form.fill(**{field.name: value})
    again = form_of(field)
    again.restore(form.values, {})
    assert form.values[field.name].value == stored
    assert form.plain(field.name) == (stored if plain is None else plain)
    assert again.values == form.values
    assert stored_by(field, form.plain(field.name)) == stored


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (BATCH, 9),
        (BATCH, 51),
        (BATCH, 12),
        (BATCH, True),
        (BATCH, "many"),
        (BATCH, "NaN"),
        (BATCH, "1e999999"),
        (SHARE, 0.35),
        (TAG, "q"),
        (TAG, "z"),
        (TAG, ["a"]),
        (SEVERAL, "a"),
        (SEVERAL, ["a", "a"]),
        (SEVERAL, ["q", "z", 5]),
        (STAGE, "DB.SCHEMA.STAGE"),
        (STAGE, "@STAGE/path"),
        (STAGE, "@DB.SCHEMA.STAGE/a'b"),
        (STAGE, 5),
        (SSH, "hush"),
        (SSH, 5),
        (SSH, {}),
        (SSH, {"privat": SSH_PRIVATE}),
        (SSH, {"private": 5}),
        (SSH, {"private": SSH_PUBLIC}),
        (SSH, {"public": SSH_PRIVATE}),
        (SSH, {"public": f"ssh-rsa {SSH_BODY}"}),
        (SSH, SSH_PRIVATE[:-10]),
        (SSH, SSH_PRIVATE.replace("b3Bl", "b3*l")),
        (SSH, SSH_PRIVATE * 2),
        (SSH, GPG_PRIVATE),
        (SSH_OF_APP, SSH_PRIVATE),
        (SSH_OF_APP, secret("ACME_KEY")),
        (GPG, SSH_PRIVATE),
        (GPG, GPG_PUBLIC[:-10]),
        (MADE, SSH_PRIVATE),
        (X509, "hush"),
        (X509, SSH_PRIVATE),
        (X509, CERTIFICATE[:-10]),
        (X509, None),
        (HELLO, "hush"),
        (CARE, True),
    ],
)
def test_a_value_that_is_refused(
    field: FormField, value: object, snapshot: SnapshotAssertion
) -> None:
    required = field.model_copy(update={"required": True})
    said = refusal_of(required, value)
    assert said == snapshot
    assert "hush" not in said


@pytest.mark.parametrize(
    ("field", "stored"),
    [(BATCH, "20"), (SHARE, None), (TAG, "b"), (SEVERAL, '["b","ü"]'), (STAGE, None)],
)
def test_what_nobody_has_set_is_the_default(field: FormField, stored: str | None) -> None:
    form = form_of(field)
    form.options(field.name)
    values = {name: value.value for name, value in form.values.items()}
    assert values.get(field.name) == stored


def test_defaults_that_the_field_names_come_in_its_order() -> None:
    field = SEVERAL.model_copy(update={"default_value": ["ü", "a"]})
    form = form_of(field)
    form.options("tags")
    assert form.plain("tags") == ["ü", "a"]


def test_several_choices_carry_the_metadata_of_each() -> None:
    form = form_of(SEVERAL)
    form.fill(tags=["b", "a"])
    parameters = OutboundSyncConfigurationParameters(
        connection_method="API Key", sync_strategy=UPSERT, sync_parameters=form.values
    )
    assert parameters["tags"] == '["b","a"]'
    assert parameters.get_sync_parameter("tags").metadata == {"b": {}, "a": {"id": 1}}


def test_choices_that_are_not_offered_any_more_go_alone() -> None:
    form = form_of(SEVERAL)
    saved = StoredConfigurationValue(value='["x","a","y"]', metadata={"a": {"id": 0}})
    form.restore({"tags": saved}, {})
    form.describe()
    assert form.plain("tags") == ["a"]
    assert form.values["tags"].metadata == {"a": {"id": 1}}
    assert form.notices == {"tags": "'x', 'y' are not options any more"}


def test_one_choice_becomes_several_and_the_reverse() -> None:
    one = FormDropdownField(name="tags", label="Tags", data_source=TAGS)
    form = form_of(one)
    form.fill(tags="a")
    form.reload([form_of(SEVERAL).definition])
    form.describe()
    assert form.plain("tags") == ["a"]
    form.reload([form_of(one).definition])
    form.describe()
    assert form.plain("tags") == "a"


def test_nothing_chosen_is_no_answer_to_what_is_required() -> None:
    assert refusal_of(SEVERAL.model_copy(update={"required": True}), []) == "is required"


def test_bounds_that_changed_drop_what_does_not_fit_them(snapshot: SnapshotAssertion) -> None:
    form = form_of(BATCH)
    form.fill(batch=50)
    form.reload([form_of(FormSliderField(name="batch", label="Batch", max=40)).definition])
    assert form.values == {}
    assert form.notices == snapshot


@pytest.mark.parametrize(
    ("field", "private", "public"),
    [(SSH, SSH_PRIVATE, SSH_PUBLIC), (GPG, GPG_PRIVATE, GPG_PUBLIC.strip())],
)
def test_a_pair_of_keys_is_one_secret_and_one_value(
    field: FormField, private: str, public: str
) -> None:
    form = form_of(field)
    form.fill(key=f"{public}\n{private}")
    assert form.secrets == {"key": private}
    assert form.values["key"].value == public
    assert form.plain("key") == {"public": public}
    body = private.splitlines()[-2]
    assert body not in f"{form!r} {vars(form)} {form.values}"
    assert private not in str(form.describe())


def test_a_side_of_a_pair_that_is_not_given_stays() -> None:
    form = form_of(SSH)
    form.fill(key={"private": secret("ACME_KEY")})
    form.set("key", SSH_PUBLIC)
    assert form.secrets == {"key": secret("ACME_KEY")}
    assert form.plain("key") == {"public": SSH_PUBLIC}
    form.set("key", secret("OTHER_KEY"))
    assert form.secrets == {"key": secret("OTHER_KEY")}
    assert form.plain("key") == {"public": SSH_PUBLIC}


def test_a_required_pair_needs_its_private_key() -> None:
    form = form_of(SSH.model_copy(update={"required": True}))
    form.set("key", SSH_PUBLIC)
    assert form.missing == ["key"]
    form.set("key", SSH_PRIVATE)
    assert form.complete


def test_a_saved_pair_comes_back() -> None:
    form = form_of(SSH)
    form.restore({"key": StoredConfigurationValue(value=SSH_PUBLIC)}, {"key": secret("ACME_KEY")})
    assert form.plain("key") == {"public": SSH_PUBLIC}
    assert form.secrets == {"key": secret("ACME_KEY")}


def test_a_pair_that_is_taken_back_is_gone() -> None:
    form = form_of(SSH)
    form.fill(key=SSH_PRIVATE + SSH_PUBLIC)
    form.set("key", None)
    assert form.values == {}
    assert form.secrets == {}


def test_information_is_described_and_never_asked_for(snapshot: SnapshotAssertion) -> None:
    form = form_of(HELLO, CARE, BATCH)
    shown: list[dict[str, Any]] = form.describe()["fields"]
    assert form.complete
    assert list(form.values) == ["batch"]
    assert shown == snapshot
