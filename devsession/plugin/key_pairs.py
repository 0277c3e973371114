"""Keys and certificates read and made by `cryptography`, which is loaded when there is one."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator

Algorithm = Literal["ed25519", "rsa"]
ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)

_KIND = {"ed25519": "ssh-ed25519 ", "rsa": "ssh-rsa "}
_RSA_BITS = 3072  # as ssh-keygen makes them


@dataclass(frozen=True, repr=False)
class KeyPair:
    """A pair of keys that was made here. There is no repr: it holds the private one."""

    private: str
    public: str


def new_ssh_key_pair(algorithm: Algorithm) -> KeyPair:
    """A pair of SSH keys that nobody has seen; both in OpenSSH's format."""
    from cryptography.hazmat.primitives import serialization as to
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

    key = (
        rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
        if algorithm == "rsa"
        else ed25519.Ed25519PrivateKey.generate()
    )
    private = key.private_bytes(to.Encoding.PEM, to.PrivateFormat.OpenSSH, to.NoEncryption())
    public = key.public_key().public_bytes(to.Encoding.OpenSSH, to.PublicFormat.OpenSSH)
    return KeyPair(private.decode(), public.decode())


def is_of(algorithm: Algorithm, public: str) -> bool:
    """Whether an OpenSSH public key is of this kind."""
    return public.startswith(_KIND[algorithm])


def is_same(public: str, other: str) -> bool:
    """Whether two OpenSSH lines hold the same key, whatever their comments are."""
    return public.split()[:2] == other.split()[:2]


def public_half(private: str) -> str:
    """The OpenSSH public key of a private key.

    Raises:
        ValueError: the key is damaged, or a passphrase protects it. The message quotes nothing.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization as to

    load = to.load_ssh_private_key if "BEGIN OPENSSH" in private else to.load_pem_private_key
    try:
        with _old_kinds_unremarked():
            half = load(private.encode(), password=None).public_key()
    except TypeError:
        raise ValueError(
            "is protected by a passphrase, which nobody could type in a run; "
            "ssh-keygen -p -f FILE takes it off a copy"
        ) from None
    except (UnsupportedAlgorithm, ValueError):
        raise ValueError("is damaged: part of the private key is missing or was changed") from None
    try:
        with _old_kinds_unremarked():
            return half.public_bytes(to.Encoding.OpenSSH, to.PublicFormat.OpenSSH).decode()
    except (UnsupportedAlgorithm, ValueError):
        raise ValueError("is of a kind that SSH has no keys of") from None


def check_public(line: str) -> None:
    """Hold that an OpenSSH line is a whole public key.

    Raises:
        ValueError: part of it is missing, or was changed.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    try:
        with _old_kinds_unremarked():
            load_ssh_public_key(line.encode())
    except UnsupportedAlgorithm:
        return
    except ValueError:
        raise ValueError("is damaged: part of the public key is missing or was changed") from None


def check_certificates(pem: str) -> None:
    """Hold that each certificate of a text is a whole one.

    Raises:
        ValueError: part of one is missing, or was changed.
    """
    from cryptography.x509 import load_pem_x509_certificates

    try:
        load_pem_x509_certificates(pem.encode())
    except ValueError:
        raise ValueError("is damaged: part of a certificate is missing or was changed") from None


@contextmanager
def _old_kinds_unremarked() -> Iterator[None]:
    """An app may still want a DSA key; that it is out of date is no error of whoever fills a form."""
    from cryptography.utils import CryptographyDeprecationWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        yield
