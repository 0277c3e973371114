"""Pairs of keys, and certificates."""

# ruff: noqa: ARG002 - fields share signatures; not each uses every argument

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import model_validator

from devsession.plugin import key_pairs
from devsession.plugin.fields import armour
from devsession.plugin.fields.base import FieldValueError, FormField, as_secret, as_text
from devsession.plugin.fields.options import FormOption, shape
from devsession.plugin.key_pairs import Algorithm, KeyPair
from devsession.plugin.parameters import StoredConfigurationValue
from devsession.secrets.reference import SecretReference


class FormKeypair(FormField):
    """A private and a public key, of which `local_side` says which one this side has.

    With the private side here, the private key is the secret of the field's name, and the public
    key, which the app is given, the plain value: `parameters.secret("key")`, `parameters["key"]`.
    With the public side here the private key is the app's: there is a plain value only.

    Filled as `{"private": secret("NAME"), "public": ".."}`, or as text with one key or both; a
    side that is not given stays as it is, unless the other one tells it. Without
    `allow_user_provided` a key of one's own is refused: `generate` makes one, and a reference finds
    it again.
    """

    local_side: Literal["public", "private"] = "private"
    allow_user_provided: bool = True

    @model_validator(mode="before")
    @classmethod
    def _secret_follows_from_the_side(cls, options: Any) -> Any:
        if "secret" in options:
            raise ValueError("secret: follows from local_side, leave it out")
        return {**options, "secret": options.get("local_side", "private") == "private"}

    @property
    def has_value(self) -> bool:
        """The public key is shown, whether or not there is a private one."""
        return True

    @property
    def details(self) -> dict[str, Any]:
        """Which side is here, and whether it may be brought along, or made."""
        made = {"generates": list(self.generates)} if self.generates else {}
        side = {"local_side": self.local_side, "allow_user_provided": self.allow_user_provided}
        return {**side, **made}

    @property
    def generates(self) -> tuple[Algorithm, ...]:
        """The kinds of pairs that can be made for this field."""
        return ()

    def split(self, value: object) -> tuple[object | None, SecretReference | str | None]:
        """The public key and the private key in what was filled in, or made for it."""
        if isinstance(value, KeyPair):
            return value.public, value.private
        kept = value.get("private") if isinstance(value, Mapping) else value
        if not self.allow_user_provided and not isinstance(kept, SecretReference):
            raise FieldValueError("takes no key of your own: the plugin wants one made for it")
        if isinstance(value, Mapping):
            if not value or not value.keys() <= {"private", "public"}:
                raise FieldValueError('takes {"private": secret("NAME"), "public": ".."}')
            public, private = value.get("public"), value.get("private")
        elif isinstance(value, SecretReference):
            public, private = None, value
        elif isinstance(value, str):
            public, private = self._parts(value)
        else:
            raise FieldValueError(f'takes text or secret("NAME"), not {shape(value)}')
        if private is not None:
            if not self.secret:
                raise FieldValueError("takes the public key: the private one stays with the app")
            private = as_secret(private)
            if isinstance(private, str):
                private = self.secret_text(private)
                public = self._public_with(private, public)
        return public, private

    def accept(self, value: object, options: Sequence[FormOption]) -> StoredConfigurationValue:
        """One public key."""
        if not isinstance(value, str):
            raise FieldValueError(f"takes the public key as text, not {shape(value)}")
        public, private = self._parts(value)
        if public is None or private is not None:
            raise FieldValueError(f"takes one public key, {self._public_looks()}")
        return StoredConfigurationValue(value=public)

    def plain(self, value: str) -> object:
        """The public side, by its name where there is a private one too."""
        return {"public": value} if self.secret else value

    def secret_text(self, text: str) -> str:
        """The private key."""
        public, private = self._parts(text)
        if private is None or public is not None:
            raise FieldValueError("private: takes one private key, with its BEGIN and END lines")
        return private

    def _parts(self, text: str) -> tuple[str | None, str | None]:
        """The public and the private key in a text."""
        try:
            publics, privates = self._found(armour.tidy(text))
            if not publics and not privates:
                armour.check_format(text)
        except ValueError as error:
            raise FieldValueError(str(error)) from None
        if not publics and not privates:
            raise FieldValueError(
                f"takes a private key, with its BEGIN and END lines, or a public one, "
                f"{self._public_looks()}"
            )
        if len(publics) > 1 or len(privates) > 1:
            raise FieldValueError("takes one key of each side, there are more")
        public = publics[0].strip() if publics else None
        return public, privates[0] + "\n" if privates else None

    def _public_with(self, private: str, public: object | None) -> object | None:
        """The public key that goes with a private one, if it can be told."""
        return public

    def _found(self, text: str) -> tuple[list[str], list[str]]:
        """All public and all private keys of this kind. Raises: ValueError when one is damaged."""
        raise NotImplementedError

    def _public_looks(self) -> str:
        raise NotImplementedError


class FormSshKeypair(FormKeypair):
    """A pair of SSH keys: PEM or OpenSSH for the private one, one OpenSSH line for the public one."""

    type: Literal["ssh_keypair"] = "ssh_keypair"

    @property
    def generates(self) -> tuple[Algorithm, ...]:
        """Every kind, where the private key is on this side."""
        return key_pairs.ALGORITHMS if self.secret else ()

    def _public_with(self, private: str, public: object | None) -> object | None:
        half = key_pairs.public_half(private)
        if public is None:
            return half
        if isinstance(public, str) and not key_pairs.is_same(half, public.strip()):
            raise FieldValueError("public: is not the public key of this private one")
        return public

    def _found(self, text: str) -> tuple[list[str], list[str]]:
        publics = armour.ssh_public_keys(text)
        privates = armour.blocks(text, armour.SSH_PRIVATE)
        for public in publics:
            key_pairs.check_public(public)
        for private in privates:
            key_pairs.public_half(private)
        return publics, privates

    def _public_looks(self) -> str:
        return "a line as ssh-ed25519 AAAA.."


class FormGpgKeypair(FormKeypair):
    """A pair of OpenPGP keys, both armoured."""

    type: Literal["gpg_keypair"] = "gpg_keypair"

    def _found(self, text: str) -> tuple[list[str], list[str]]:
        publics = armour.blocks(text, armour.GPG_PUBLIC)
        return publics, armour.blocks(text, armour.GPG_PRIVATE)

    def _public_looks(self) -> str:
        return "a PGP PUBLIC KEY BLOCK"


class FormX509Certificate(FormField):
    """A certificate in PEM, or a chain of them. It is public; its private key belongs elsewhere."""

    type: Literal["x509_certificate"] = "x509_certificate"
    secret: Literal[False] = False

    def accept(self, value: object, options: Sequence[FormOption]) -> StoredConfigurationValue:
        """Certificates, and nothing else."""
        given = as_text(value)
        try:
            text = armour.tidy(given)
            private = armour.blocks(text, armour.PRIVATE)
            found = armour.blocks(text, armour.CERTIFICATE)
            if found:
                key_pairs.check_certificates("\n".join(found))
            elif not private:
                armour.check_format(text)
        except ValueError as error:
            raise FieldValueError(str(error)) from None
        if private:
            raise FieldValueError("takes a certificate, which is public; here is a private key")
        if not found:
            raise FieldValueError("takes a certificate in PEM, with its BEGIN and END lines")
        return StoredConfigurationValue(value="\n".join(found) + "\n")
