"""Keys and certificates as text: whether they have the shape that they should; nothing is decrypted."""

import base64
import binascii
import re

_BLOCK = re.compile(
    r"-----BEGIN (?P<label>[A-Z0-9 ]+)-----(?P<body>.*?)-----END (?P=label)-----", re.DOTALL
)
_HEADER = re.compile(r"^[A-Za-z-]+: .*$", re.MULTILINE)
_CHECKSUM = re.compile(r"^=[A-Za-z0-9+/]{4}\s*\Z", re.MULTILINE)

SSH_PRIVATE = {
    f"{kind}PRIVATE KEY" for kind in ("OPENSSH ", "RSA ", "EC ", "DSA ", "ENCRYPTED ", "")
}
GPG_PRIVATE = {"PGP PRIVATE KEY BLOCK"}
GPG_PUBLIC = {"PGP PUBLIC KEY BLOCK"}
CERTIFICATE = {"CERTIFICATE"}
PRIVATE = SSH_PRIVATE | GPG_PRIVATE

_SSH_PUBLIC = re.compile(
    r"^(?P<kind>ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp(?:256|384|521)"
    r"|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) (?P<body>\S+)(?: [^\r\n]*)?$",
    re.MULTILINE,
)


_LONGEST = 100_000  # characters: a chain of certificates has some thousand

# What a text has that is a key or a certificate, and not as we take it -> what makes one of it.
_OTHER_FORMATS = {
    "PuTTY-User-Key-File": 'is in PuTTY\'s format; in PuTTYgen: Conversions, "Export OpenSSH key"',
    "---- BEGIN SSH2": "is in SSH2's format; ssh-keygen -i -f FILE makes an OpenSSH line of it",
    "BEGIN PUBLIC KEY": "is a public key in PEM; ssh-keygen -i -m PKCS8 -f FILE makes "
    "an OpenSSH line of it",
    "BEGIN RSA PUBLIC KEY": "is a public key in PEM; ssh-keygen -i -m PEM -f FILE makes "
    "an OpenSSH line of it",
    "BEGIN CERTIFICATE REQUEST": "is a request for a certificate, which is signed first",
    "BEGIN PKCS7": "is PKCS #7; openssl pkcs7 -print_certs -in FILE makes PEM of it",
}


def tidy(text: str) -> str:
    """The text with plain line ends and without blanks round its lines, as other systems have them.

    Raises:
        ValueError: it is far too long for a key, or not text at all.
    """
    if len(text) > _LONGEST:
        raise ValueError("is far too long for a key or a certificate; is it another file?")
    if "\0" in text:
        raise ValueError("is no text; keys and certificates are taken as text, as PEM has them")
    return "\n".join(line.strip(" \t\ufeff") for line in text.splitlines())


def check_format(text: str) -> None:
    """Hold that a text is not in a format that has to be converted first.

    Raises:
        ValueError: it is; the message says what converts it.
    """
    for mark, problem in _OTHER_FORMATS.items():
        if mark in text:
            raise ValueError(problem)


def blocks(text: str, labels: set[str]) -> list[str]:
    """The armoured blocks of these labels in a text: PEM, OpenSSH or OpenPGP.

    Raises:
        ValueError: a block begins and does not end, or its body is no base64. The message quotes
            nothing of it.

    Source: RFC 7468 (PEM), RFC 9580 section 6.2 (OpenPGP armour).
    """
    found = []
    rest = text
    for block in _BLOCK.finditer(text):
        rest = rest.replace(block[0], "")
        if block["label"] in labels:
            body = _CHECKSUM.sub("", _HEADER.sub("", block["body"]).rstrip())
            _check_base64(body, block["label"])
            found.append(block[0])
    if "-----BEGIN" in rest or "-----END" in rest:
        raise ValueError("is cut off: a BEGIN line has no END line of its kind, or the reverse")
    return found


def ssh_public_keys(text: str) -> list[str]:
    """The OpenSSH public keys in a text, a line each: `ssh-ed25519 AAAA.. comment`.

    Raises:
        ValueError: what follows the kind is not a key of this kind.

    Source: RFC 4253, section 6.6.
    """
    for key in _SSH_PUBLIC.finditer(text):
        kind = key["kind"].encode()
        start = len(kind).to_bytes(4, "big") + kind
        if not _decoded(key["body"]).startswith(start):
            raise ValueError(f"is damaged: this is not the public part of an {key['kind']} key")
    return [key[0] for key in _SSH_PUBLIC.finditer(text)]


def _check_base64(body: str, label: str) -> None:
    if not _decoded(body):
        raise ValueError(f"is damaged: between the lines of the {label} there is no base64")


def _decoded(body: str) -> bytes:
    """The bytes of base64 text; none when it is something else."""
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
