"""Keys and certificates: what is made here, and what is wrong with those that are brought along."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization as to
from cryptography.hazmat.primitives.asymmetric import dsa, x25519

from devsession.errors import FormError, UnknownNameError, UsageError
from devsession.plugin import ConnectionMethod, FormGpgKeypair, FormInputField, FormSshKeypair
from devsession.plugin.fields import FormField, FormX509Certificate
from devsession.plugin.form import Form
from devsession.plugin.key_pairs import is_same, public_half
from devsession.secrets.reference import secret
from tests.keys import CERTIFICATE, ENCRYPTED_PEM, RSA_PEM, SSH_PRIVATE, SSH_PUBLIC

KEY = FormSshKeypair(name="key", label="Key")
MADE = FormSshKeypair(name="key", label="Key", allow_user_provided=False)
OF_APP = FormSshKeypair(name="key", label="Key", local_side="public")
GPG = FormGpgKeypair(name="key", label="Key")
LATER = FormSshKeypair(name="key", label="Key", depends_on="host")
PROOF = FormX509Certificate(name="key", label="Certificate")
HOST = FormInputField(name="host", label="Host")
INSIDE = SSH_PRIVATE.splitlines()[2]


def form_of(*fields: FormField) -> Form:
    return Form(
        [ConnectionMethod(name="Key", fields=list(fields))],
        title="the form",
        parameters=lambda form: form.values,
        redact=str,
    )


def pem(key: dsa.DSAPrivateKey | x25519.X25519PrivateKey) -> str:
    return key.private_bytes(to.Encoding.PEM, to.PrivateFormat.PKCS8, to.NoEncryption()).decode()


def refusal_of(field: FormField, value: object) -> str:
    form = form_of(field)
    form.set("key", value)
    assert form.secrets == {}
    return form.errors["key"]


@pytest.mark.parametrize(("algorithm", "kind"), [("ed25519", "ssh-ed25519"), ("rsa", "ssh-rsa")])
def test_a_pair_is_made_and_only_its_public_key_is_said(algorithm: str, kind: str) -> None:
    form = form_of(KEY)
    public = form.generate("key", algorithm=algorithm)
    private = str(form.secrets["key"])
    assert public.startswith(f"{kind} ")
    assert form.plain("key") == {"public": public}
    assert is_same(public_half(private), public)
    assert private.splitlines()[2] not in f"{form.describe()} {form!r} {vars(form)}"


def test_a_pair_that_is_there_stays_until_another_is_asked_for() -> None:
    form = form_of(MADE)
    first = form.generate("key")
    assert form.generate("key") == first
    assert form.generate("key", replace=True) != first


def test_a_pair_that_was_made_is_found_again_by_its_reference() -> None:
    form = form_of(MADE)
    form.fill(key={"private": secret("ACME_KEY"), "public": SSH_PUBLIC})
    assert form.secrets == {"key": secret("ACME_KEY")}
    form.set("key", {"private": SSH_PRIVATE, "public": SSH_PUBLIC})
    assert form.errors["key"].startswith("takes no key of your own")


@pytest.mark.parametrize("known", [RSA_PEM, secret("ACME_KEY")], ids=["another kind", "unseen"])
def test_a_key_that_would_be_lost_is_not_replaced_by_itself(known: object) -> None:
    form = form_of(KEY)
    form.set("key", known)
    before = form.secrets
    with pytest.raises(FormError, match="would be lost") as error:
        form.generate("key")
    assert error.value.next_step.startswith(".generate('key', replace=True)")
    assert form.secrets == before


@pytest.mark.parametrize("field", [OF_APP, GPG, HOST.model_copy(update={"name": "key"})])
def test_a_field_for_which_no_pair_is_made(field: FormField) -> None:
    form = form_of(field)
    with pytest.raises(FormError) as error:
        form.generate("key")
    assert error.value.errors == {"key": "is no pair of SSH keys whose private one is on this side"}


def test_a_pair_is_made_once_its_field_is_asked_for() -> None:
    form = form_of(HOST, LATER)
    with pytest.raises(FormError) as error:
        form.generate("key")
    assert error.value.errors == {"key": "is asked for once 'host' is answered"}
    form.set("host", "acme.test")
    assert form.generate("key").startswith("ssh-ed25519 ")


def test_no_such_field_and_no_such_kind() -> None:
    with pytest.raises(UnknownNameError, match="no field 'kye'"):
        form_of(KEY).generate("kye")
    with pytest.raises(UsageError, match="no 'dsa' keys"):
        form_of(KEY).generate("key", algorithm="dsa")  # type: ignore[arg-type]


def test_a_private_key_tells_its_public_key() -> None:
    form = form_of(KEY)
    form.set("key", SSH_PUBLIC)
    form.set("key", RSA_PEM)
    public = form.plain("key")["public"]  # type: ignore[index]
    assert public == public_half(RSA_PEM)
    form.set("key", {"private": SSH_PRIVATE, "public": SSH_PUBLIC})
    assert form.plain("key") == {"public": SSH_PUBLIC}


@pytest.mark.parametrize(
    "changed",
    [
        SSH_PRIVATE.replace("\n", "\r\n"),
        SSH_PRIVATE.replace("\n", "  \t\n"),
        "\ufeff\n\n" + SSH_PRIVATE + "\n \n",
        "\n".join(f"    {line}" for line in SSH_PRIVATE.splitlines()),
    ],
    ids=["Windows", "blanks behind", "a mark before", "indented"],
)
def test_a_key_is_taken_as_other_systems_write_it(changed: str) -> None:
    form = form_of(KEY)
    form.set("key", changed)
    assert form.errors == {}
    assert form.secrets == {"key": SSH_PRIVATE}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        (KEY, ENCRYPTED_PEM, "is protected by a passphrase"),
        (KEY, SSH_PRIVATE[:-30], "is cut off"),
        (KEY, SSH_PRIVATE.replace(INSIDE + "\n", ""), "is damaged: part of the private key"),
        (KEY, RSA_PEM.replace(RSA_PEM.splitlines()[5] + "\n", ""), "is damaged"),
        (KEY, {"private": SSH_PUBLIC}, "private: takes one private key"),
        (KEY, {"private": RSA_PEM, "public": SSH_PUBLIC}, "public: is not the public key of"),
        (KEY, f"PuTTY-User-Key-File-3: ssh-rsa\n{INSIDE}", "is in PuTTY's format"),
        (KEY, f"---- BEGIN SSH2 PUBLIC KEY ----\n{INSIDE}", "is in SSH2's format"),
        (KEY, f"-----BEGIN PUBLIC KEY-----\n{INSIDE}\n-----END PUBLIC KEY-----", "in PEM"),
        (KEY, SSH_PUBLIC.replace(" you", "AAAA you"), "is damaged: part of the public key"),
        (KEY, CERTIFICATE, "takes a private key"),
        (KEY, SSH_PRIVATE * 1000, "is far too long"),
        (KEY, f"\0{INSIDE}", "is no text"),
        (KEY, pem(x25519.X25519PrivateKey.generate()), "is of a kind that SSH has no keys of"),
        (PROOF, CERTIFICATE.replace(CERTIFICATE.splitlines()[2] + "\n", ""), "is damaged"),
        (PROOF, "-----BEGIN CERTIFICATE REQUEST-----", "is cut off"),
        (PROOF, CERTIFICATE.replace("CERTIFICATE", "CERTIFICATE REQUEST"), "is a request"),
        (PROOF, CERTIFICATE.replace("CERTIFICATE", "PKCS7"), "is PKCS #7"),
        (PROOF, SSH_PRIVATE, "here is a private key"),
    ],
    ids=[
        "with a passphrase",
        "cut off",
        "a line less",
        "PEM with a line less",
        "public as private",
        "of two pairs",
        "PuTTY",
        "SSH2",
        "public in PEM",
        "public cut",
        "a certificate",
        "huge",
        "binary",
        "no key of SSH",
        "a certificate less a line",
        "half a request",
        "a request",
        "PKCS 7",
        "private",
    ],
)
def test_what_is_wrong_with_a_key_is_said_without_it(
    field: FormField, value: object, said: str
) -> None:
    refused = refusal_of(field, value)
    assert said in refused
    assert INSIDE not in refused


def test_a_key_of_an_old_kind_is_taken_without_a_remark() -> None:
    form = form_of(KEY)
    form.set("key", pem(dsa.generate_private_key(1024)))
    assert form.errors == {}
    assert form.plain("key")["public"].startswith("ssh-dss ")  # type: ignore[index]


def test_a_certificate_with_windows_line_ends_is_kept_with_plain_ones() -> None:
    form = form_of(PROOF)
    form.set("key", CERTIFICATE.replace("\n", "\r\n"))
    assert form.plain("key") == CERTIFICATE
