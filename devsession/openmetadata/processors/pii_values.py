"""Personal data by sampled values: forms, and check digits where there are some."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[\w-]+(\.[\w-]+)*\.[^\W\d]{2,}")
_PHONE = re.compile(r"(\+|00)[1-9][\d\s()./-]{6,20}|\(\d{2,5}\)[\d\s./-]{5,15}")
_CARD = re.compile(r"(?:3\d|4\d|5[1-5]|2[2-7]|6\d)\d{2}(?:[ -]?\d){9,15}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}")
_SSN = re.compile(r"(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}")
_CODICE_FISCALE = re.compile(r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]", re.IGNORECASE)
_DNI = re.compile(r"(\d{8})([A-Z])", re.IGNORECASE)
_CPF = re.compile(r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}")
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_PHONE_DIGITS = range(8, 16)
_CARD_DIGITS = range(13, 20)


def is_card(text: str) -> bool:
    """A card's number: its form, and Luhn's check digit."""
    digits = [int(char) for char in text if char.isdigit()]
    if not _CARD.fullmatch(text) or len(digits) not in _CARD_DIGITS or len({*digits}) == 1:
        return False
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[::-2]) + sum(doubled)) % 10 == 0


def is_iban(text: str) -> bool:
    """An IBAN: its form, and its remainder by 97. Source: ISO 13616."""
    plain = text.replace(" ", "").upper()
    if not _IBAN.fullmatch(plain):
        return False
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


def is_identity_number(text: str) -> bool:
    """A US social security number, a Spanish DNI, an Italian codice fiscale, a Brazilian CPF."""
    if dni := _DNI.fullmatch(text):
        return _DNI_LETTERS[int(dni[1]) % 23] == dni[2].upper()
    return bool(_SSN.fullmatch(text) or _CODICE_FISCALE.fullmatch(text)) or _is_cpf(text)


def is_ip(text: str) -> bool:
    """An address of IPv4 or IPv6; what says `any` or `none` is none of somebody's."""
    try:
        return not ipaddress.ip_address(text).is_unspecified
    except ValueError:
        return False


def is_phone(text: str) -> bool:
    """A phone's number as people write it, with its country or its area in brackets."""
    digits = sum(char.isdigit() for char in text)
    return bool(_PHONE.fullmatch(text)) and digits in _PHONE_DIGITS


def _is_email(text: str) -> bool:
    return bool(_EMAIL.fullmatch(text))


def _is_cpf(text: str) -> bool:
    digits = [int(char) for char in text if char.isdigit()]
    if not _CPF.fullmatch(text) or len({*digits}) == 1:
        return False
    for length in (9, 10):
        total = sum(digit * (length + 1 - at) for at, digit in enumerate(digits[:length]))
        if total * 10 % 11 % 10 != digits[length]:
            return False
    return True


# Only kinds whose values tell; in the order in which they are tried.
CHECKS: dict[str, Callable[[str], bool]] = {
    "e-mail address": _is_email,
    "bank account": is_iban,
    "card number": is_card,
    "identity number": is_identity_number,
    "IP address": is_ip,
    "phone number": is_phone,
}


def texts_of(values: Iterable[object]) -> list[str]:
    """The values as texts, without empty ones."""
    return [text for value in values if value is not None and (text := str(value).strip())]


def share_of(kind: str, texts: list[str]) -> float:
    """Which share of the texts, at least one, are of a kind."""
    return sum(map(CHECKS[kind], texts)) / len(texts)
