"""How a topic and its brokers are reached: what everybody needs, by name; the rest as librdkafka's own options."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    WithJsonSchema,
    model_validator,
)

from devsession.errors import SetupError
from devsession.openmetadata.steps.configuring import secrets_in
from devsession.openmetadata.steps.references import KNOWN_FORMS, sounds_secret

# Where the topic's name has this, each kind has a topic of its own.
KIND = "{kind}"
# Of librdkafka: brokers that live in this process, for trying things out; they need no address.
MOCK = "test.mock.num.brokers"
_INSTEAD = {
    "bootstrap.servers": "bootstrap_servers",
    "metadata.broker.list": "bootstrap_servers",
    "security.protocol": "security_protocol",
    "sasl.mechanism": "sasl_mechanism",
    "sasl.mechanisms": "sasl_mechanism",
    "sasl.username": "username",
    "sasl.password": "password",
    "ssl.ca.location": "ca_file",
    "delivery.timeout.ms": "timeout",
    "message.timeout.ms": "timeout",
}
# Without these as they are, something could be lost, or confirmed and not be there.
_ALWAYS = {
    "enable.idempotence": "true",
    "acks": "all",
    "request.required.acks": "all",
    "delivery.report.only.error": "false",
    "transactional.id": "not set",
}
_HOLDS_SECRET = re.compile(r"\.key\.pem$|^sasl\.oauthbearer\.config$")
# What waits here has to be taken within `timeout`, also over a slow line.
_QUEUE_KBYTES = 8_192


def _known(options: dict[str, Any]) -> dict[str, Any]:
    """librdkafka takes texts; what is a secret is typed as one, so that nothing shows it."""
    given: dict[str, Any] = {}
    for name, value in options.items():
        if name in _INSTEAD:
            raise ValueError(f"{name} has a field of its own: {_INSTEAD[name]}")
        if name in _ALWAYS:
            raise ValueError(f"{name} is always {_ALWAYS[name]}: else messages could be lost")
        if isinstance(value, SecretStr):
            given[name] = value
            continue
        if not isinstance(value, str | int | float):
            raise ValueError(f"{name} is neither a text nor a number")  # noqa: TRY004 - pydantic's way
        text = str(value).lower() if isinstance(value, bool) else str(value)
        secret = sounds_secret(name) or _HOLDS_SECRET.search(name) or re.search(KNOWN_FORMS, text)
        given[name] = SecretStr(text) if secret else text
    return given


_Options = Annotated[
    dict[str, Any],
    AfterValidator(_known),
    WithJsonSchema(
        {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}
    ),
]


class TopicConfig(BaseModel):
    """Which topic, and how its brokers are reached.

    bootstrap_servers: `host:port`, several with commas between them. topic: its name; with `{kind}` in
    it, each kind of entity has its own. username, password: with security_protocol SASL_SSL.
    ca_file: PEM. timeout: seconds in which the brokers have to confirm a message. options: librdkafka's
    own, `{"compression.type": "zstd"}`; those that hold a secret are not shown.

    Raises: SetupError without confluent-kafka.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    bootstrap_servers: str = Field(min_length=1)
    topic: str = Field(pattern=r"^[A-Za-z0-9._-]*(\{kind\})?[A-Za-z0-9._-]*$", min_length=1)
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: (
        Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "GSSAPI"] | None
    ) = None
    username: str = ""
    password: SecretStr = SecretStr("")
    ca_file: Path | None = None
    timeout: float = Field(default=30, ge=1, le=3_600)
    options: _Options = Field(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        signs_in = bool(self.sasl_mechanism or self.username or self.password.get_secret_value())
        if signs_in and not self.security_protocol.startswith("SASL_"):
            raise ValueError(
                "sasl_mechanism, username and password need security_protocol SASL_SSL; "
                "SASL_PLAINTEXT sends them unencrypted"
            )
        if self.security_protocol.startswith("SASL_") and self.sasl_mechanism is None:
            raise ValueError("sasl_mechanism is missing: PLAIN, SCRAM-SHA-512 ..")
        # Told here, before anything is read from a source.
        if find_spec("confluent_kafka") is None:
            raise SetupError(
                "confluent-kafka is not installed, which writes to topics",
                tried=f"topic {self.topic!r}",
                next_step='pip install "devsession[kafka]"',
            )
        return self

    def topic_of(self, kind: str) -> str:
        """The topic of a kind of entity."""
        return self.topic.replace(KIND, kind)

    def secrets(self) -> dict[str, str]:
        """Name -> value of all that is not to be shown."""
        return {name: value for name, value in secrets_in(self) if value}

    def settings(self) -> dict[str, Any]:
        """What librdkafka gets. Source: librdkafka, CONFIGURATION.md."""
        milliseconds = int(self.timeout * 1000)
        given = {
            "bootstrap.servers": self.bootstrap_servers,
            "security.protocol": self.security_protocol,
            "sasl.mechanisms": self.sasl_mechanism,
            "sasl.username": self.username or None,
            "sasl.password": self.password.get_secret_value() or None,
            "ssl.ca.location": str(self.ca_file) if self.ca_file is not None else None,
            "enable.idempotence": True,
            "acks": "all",
            "delivery.timeout.ms": milliseconds,
            "request.timeout.ms": min(milliseconds, 30_000),
            # Memory stays flat, however many entities come.
            "queue.buffering.max.kbytes": _QUEUE_KBYTES,
        }
        own = {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in self.options.items()
        }
        return {name: value for name, value in given.items() if value is not None} | own
