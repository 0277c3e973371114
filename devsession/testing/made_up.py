"""Answers that nobody gave: what a plugin's methods are called with to see whether they work."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from devsession.plugin.fields import FormSliderField
from devsession.plugin.oauth import ACCESS_TOKEN
from devsession.plugin.parameters import (
    ConnectionConfigurationParameters,
    StoredConfigurationValue,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from devsession.plugin.contract import ConfigurationForm, ConnectionMethod
    from devsession.plugin.fields import FormField
    from devsession.plugin.parameters import ConnectivityOption

NOWHERE = "made-up.invalid"
"""Where no app is: nobody can have it (RFC 2606)."""
# What a field asks for, by words of its name and label, the first that fits; else an address, as that
# is what forms ask for most.
_ADDRESS = f"https://{NOWHERE}"
_ASKED: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"port"}), "443"),
    (frozenset({"url", "uri", "endpoint", "server", "host"}), _ADDRESS),
    (frozenset({"email", "mail", "mailbox"}), f"nobody@{NOWHERE}"),
    (frozenset({"number", "count", "limit", "size", "seconds", "minutes", "days"}), "1"),
    (frozenset({"phone", "telephone", "mobile"}), "+15550100"),
    (frozenset({"date", "since", "until"}), "2000-01-01"),
    (frozenset({"user", "username", "login"}), "made-up"),
)
_WORD = re.compile(r"[a-z]+")


def connection_parameters(
    methods: Sequence[ConnectionMethod], connectivity_option: ConnectivityOption
) -> ConnectionConfigurationParameters:
    """The first method's fields, each with its default or with an answer that is made up."""
    method = methods[0]
    secrets = [field.name for field in method.fields if field.secret]
    return ConnectionConfigurationParameters(
        connection_method=method.name,
        connectivity_option=connectivity_option,
        connection_parameters=answers(method),
    ).with_secrets(dict.fromkeys([*secrets, ACCESS_TOKEN], "made-up"))


def answers(form: ConfigurationForm) -> dict[str, StoredConfigurationValue]:
    """Name -> answer, of the fields that have a plain one."""
    asked = [field for field in form.fields if field.has_value and field.takes_answer]
    return {field.name: _answer(field) for field in asked}


def _answer(field: FormField) -> StoredConfigurationValue:
    options: list[Any] = getattr(field.source, "values", [])
    default = field.default_among(options)
    if default is not None and field.is_filled(default.value):
        return default
    if options:
        return field.accept(options[0].value, options)
    if isinstance(field, FormSliderField):
        return field.accept(field.min, ())
    return StoredConfigurationValue(value=_asked_for(field))


def _asked_for(field: FormField) -> str:
    words = {*_WORD.findall(field.name.lower()), *_WORD.findall(field.label.lower())}
    return next((value for asked, value in _ASKED if words & asked), _ADDRESS)
