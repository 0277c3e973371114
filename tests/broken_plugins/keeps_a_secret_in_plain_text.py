"""A field of the connection is a secret, and does not say so."""

from typing import Any

from devsession.plugin import ConnectionMethod, FormInputField
from tests.broken_plugins.good import Sender

CHECK = "test_secrets_are_declared"


class Broken(Sender):
    def connection_form(self, connectivity_option: str = "direct") -> Any:
        [method] = super().connection_form(connectivity_option)
        webhook = FormInputField(name="webhook_secret", label="Secret of the webhook")
        return [ConnectionMethod(name=method.name, fields=[*method.fields, webhook])]
