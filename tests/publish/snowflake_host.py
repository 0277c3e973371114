"""Calls procedures of a packaged plugin as Snowflake does. Run as a script, in a process of its own.

It can import the code's zip, Python's own modules and packages that the channel has; no others, not
even where they are installed. Reads JSON from stdin: zip, secrets, connection, calls (procedure and
arguments), and where only to `import_all`; prints the answers as JSON.
"""

from __future__ import annotations

import json
import logging
import sys
from importlib import import_module
from importlib.machinery import BuiltinImporter, FrozenImporter, ModuleSpec, PathFinder
from types import ModuleType
from typing import Any
from zipfile import ZipFile

# What a procedure finds in the channel: our requirements, what these require, and Snowflake's own.
CHANNEL = {
    *("snowflake", "pandas", "numpy", "pyarrow", "pydantic", "pydantic_core", "annotated_types"),
    *("typing_extensions", "typing_inspection", "jinja2", "markupsafe", "dateutil", "pytz", "six"),
    *("tzdata", "tzlocal", "requests", "urllib3", "certifi", "idna", "charset_normalizer"),
    # Of Snowpark and its connector.
    *("cloudpickle", "yaml", "google", "packaging", "platformdirs", "filelock", "sortedcontainers"),
    *(
        "fastjsonschema",
        "asn1crypto",
        "cffi",
        "_cffi_backend",
        "cryptography",
        "OpenSSL",
        "jwt",
        "tomlkit",
        "boto3",
    ),
    *(
        "botocore",
        "jmespath",
        "s3transfer",
        "setuptools",
        "wheel",
        "opentelemetry",
        "psutil",
        "protobuf",
    ),
}


class OnlyTheChannel:
    """Finds no other package, wherever it is installed."""

    def __init__(self, code: str) -> None:
        with ZipFile(code) as archive:
            paths = archive.namelist()
        self.brought = {path.partition("/")[0].removesuffix(".py") for path in paths}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        top = name.partition(".")[0]
        known = {top} & (sys.stdlib_module_names | CHANNEL | self.brought) or top[0] == "_"
        return PathFinder.find_spec(name, path, target) if known else None


def session_of(connection: dict[str, Any]) -> Any:
    from snowflake.connector import connect
    from snowflake.snowpark import Session

    return Session.builder.configs({"connection": connect(**connection)}).create()


def modules_in(code: str) -> list[str]:
    with ZipFile(code) as archive:
        paths = [name for name in archive.namelist() if name.endswith(".py")]
    names = [path.removesuffix(".py").replace("/", ".") for path in paths]
    return [name.removesuffix(".__init__") for name in names]


def main() -> None:
    logging.disable(logging.WARNING)
    asked = json.load(sys.stdin)
    code, secrets = asked["zip"], asked.get("secrets", {})
    sys.path.insert(0, code)
    finders: list[Any] = [BuiltinImporter, FrozenImporter, OnlyTheChannel(code)]
    sys.meta_path[:] = finders
    snowflake: Any = ModuleType("_snowflake")
    snowflake.get_generic_secret_string = lambda name: secrets[name]
    snowflake.get_oauth_access_token = lambda name: secrets[name]
    sys.modules["_snowflake"] = snowflake
    unimported = {}
    for name in modules_in(code) if asked.get("import_all") else ():
        try:
            import_module(name)
        except ModuleNotFoundError as error:
            unimported[name] = error.name
    handlers = import_module("devsession_handlers")
    session = session_of(asked["connection"]) if "connection" in asked else None
    answers = [getattr(handlers, name)(session, *given) for name, given in asked.get("calls", [])]
    ours = {
        str(module.__file__)
        for name, module in sys.modules.items()
        if name.partition(".")[0] == "devsession"
    }
    json.dump(
        {
            "answers": answers,
            "unimported": unimported,
            "from_elsewhere": sorted(file for file in ours if not file.startswith(code)),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
