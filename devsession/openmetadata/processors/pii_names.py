"""Personal data by the names of columns: English, German, French, Spanish, Italian, Portuguese, Dutch.

A name is cut into words; some of them together have to be what a kind is called, and what stands
before and behind must not make it something else: `email_verified` is no address.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Kind -> what it is called. Words of one phrase may be written together or apart.
NAMES: dict[str, tuple[str, ...]] = {
    "e-mail address": (
        "email", "e mail", "mail address", "email address", "mailadresse", "emailadresse", "courriel", "adresse mail",
        "adresse electronique", "correo", "correo electronico", "posta elettronica", "e post",
    ),
    "phone number": (
        "phone", "phone number", "telephone", "telephone number", "mobile", "mobile number", "mobile phone", "cell phone", "cellphone", "fax", "msisdn",
        "telefon", "handy", "mobil", "telefonnummer", "handynummer", "mobilnummer", "rufnummer",
        "telefono", "movil", "celular", "cellulare", "telefone", "telemovel", "telefoon", "tel",
    ),
    "person's name": (
        "first name", "last name", "middle name", "given name", "family name", "full name", "surname",
        "forename", "maiden name", "person name", "contact name", "customer name", "patient name",
        "employee name", "cardholder name", "fname", "lname",
        "vorname", "nachname", "familienname", "geburtsname", "prenom", "nom de famille",
        "nom complet", "apellido", "apellidos", "nombre completo", "cognome", "nome completo",
        "sobrenome", "apelido", "voornaam", "achternaam",
    ),
    "date of birth": (
        "birth date", "date of birth", "dob", "birthday", "birth day", "birth year",
        "geburtsdatum", "geburtstag", "date de naissance", "date naissance", "fecha de nacimiento",
        "fecha nacimiento", "data di nascita", "data nascita", "data de nascimento",
        "data nascimento", "geboortedatum",
    ),
    "identity number": (
        "ssn", "social security", "social security number", "national id", "tax id", "tin",
        "passport", "drivers license", "driver license", "driving licence", "identity card",
        "steuer id", "steueridentifikationsnummer", "sozialversicherungsnummer", "personalausweis",
        "reisepass", "ausweisnummer", "numero de securite sociale", "numero securite sociale",
        "passeport", "dni", "nif", "pasaporte", "codice fiscale", "passaporto", "cpf", "bsn",
        "burgerservicenummer", "pesel", "aadhaar", "curp",
    ),
    "bank account": (
        "iban", "bank account", "bankkonto", "kontonummer", "compte bancaire", "cuenta bancaria",
        "conto corrente", "conta bancaria", "rekeningnummer", "routing number",
    ),
    "card number": (
        "credit card", "credit card number", "debit card", "card number", "cc number", "creditcard", "kreditkarte",
        "kreditkartennummer", "carte de credit", "carte bancaire", "numero de carte",
        "tarjeta de credito", "carta di credito", "cartao de credito", "cvv", "cvc",
    ),
    "street address": (
        "street", "street address", "home address", "postal address", "mailing address",
        "billing address", "shipping address", "delivery address", "address line", "address",
        "strasse", "anschrift", "hausnummer", "postanschrift", "wohnadresse", "adresse postale",
        "adresse", "direccion", "domicilio", "calle", "indirizzo", "endereco", "morada", "adres",
        "straat",
    ),
    "IP address": ("ip", "ip address", "ip addr", "ipv4", "ipv6", "remote addr", "ip adresse"),
    "password": (
        "password", "passwd", "pwd", "passphrase", "passwort", "kennwort", "mot de passe",
        "contrasena", "senha", "wachtwoord",
    ),
    "health": (
        "diagnosis", "blood type", "blood group", "medical record", "diagnose", "blutgruppe",
        "krankheit", "diagnostic medical", "diagnostico", "diagnosi",
    ),
    "pay": ("salary", "wage", "gehalt", "salaire", "salario", "stipendio", "salaris"),
    "special category": (
        "religion", "ethnicity", "sexual orientation", "race ethnicity", "konfession", "gender",
        "geschlecht", "nationality", "nationalitat", "staatsangehorigkeit",
    ),
}  # fmt: skip
_KIND_OF = {phrase.replace(" ", ""): kind for kind, names in NAMES.items() for phrase in names}
_MOST_WORDS = 5
# What may stand behind, and leaves it what it is.
_BEHIND = frozenset({
    "number", "no", "nr", "num", "nummer", "numero", "address", "addr", "adresse", "value",
    "text", "str", "raw", "plain", "full", "primary", "secondary", "home", "work", "private",
    "personal", "business", "main", "old", "new", "orig", "original", "line", "of", "the",
    "person", "customer", "user", "contact", "privat",
})  # fmt: skip
# A password is one in this form as well.
_HASHED = frozenset({"hash", "hashed", "encrypted", "salt"})
# What stands before, and makes it something else.
_BEFORE = frozenset({
    "is", "has", "num", "count", "nb", "n", "mac", "memory", "web", "url", "wallet", "contract",
    "base", "bus", "file", "template", "product", "company", "table", "column", "host", "server",
    "default", "max", "min", "avg", "total", "sum", "shop", "store", "branch", "warehouse",
    "system",
})  # fmt: skip
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


@lru_cache(maxsize=100_000)
def kind_by_name(name: str) -> str:
    """What kind of personal data a column of this name holds; nothing when it does not say."""
    words = words_of(name)
    for length in range(min(_MOST_WORDS, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            kind = _KIND_OF.get("".join(words[start : start + length]), "")
            if kind and _stays(kind, words[:start], words[start + length :]):
                return kind
    return ""


def words_of(name: str) -> list[str]:
    """`customerEMail` and `Kunden-Straße`: customer, e, mail; kunden, strasse."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return [word.lower() for word in _WORDS.findall(plain)]


def _stays(kind: str, before: list[str], behind: list[str]) -> bool:
    """Whether the words around leave it what it is."""
    fits = _BEHIND | _HASHED if kind == "password" else _BEHIND
    return not _BEFORE & {*before} and all(word.isdigit() or word in fits for word in behind)
