"""Projects to publish, what the channel is said to have, and wheels that pip finds."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from functools import cache
from typing import TYPE_CHECKING
from zipfile import ZipFile

from devsession.publish.channel import Channel
from devsession.publish.names import Names
from devsession.publish.package import make_package, manifest_of
from devsession.publish.wheels import wheel_of
from devsession.session.plugin_source import load_plugin_class

if TYPE_CHECKING:
    from pathlib import Path

    from devsession.publish.package import Package

CHANNEL = {
    "snowflake-snowpark-python": ["1.40.0", "1.41.0"],
    "pandas": ["2.2.3", "2.3.1"],
    "pyarrow": ["16.1.0", "19.0.0"],
    "pydantic": ["2.10.3", "2.11.7"],
    "jinja2": ["3.1.4", "3.1.6"],
    "fastjsonschema": ["2.21.1"],
    "requests": ["2.31.0", "2.32.3"],
    "Unidecode": ["1.3.8"],
    "lxml": ["5.3.0"],
}

THREE = """# The app's own packages.
requests>=2.32
unidecode
acme-money>=1.0  # not in the channel
"""

PLUGIN = '''"""Sends invoices."""

from acme_money import in_cents
from devsession.plugin import UPSERT, ConnectionMethod, Outcomes, Plugin, PluginManifest
from helpers.words import shout


class Acme(Plugin):
    def get_manifest(self):
        return PluginManifest(
            plugin_id="acme",
            plugin_name="Acme",
            developer_id="my_company",
            developer_name="My Company",
            supported_outbound_strategies=[UPSERT],
        )

    def connection_form(self, connectivity_option):
        return [ConnectionMethod(name="API Key", fields=[])]

    def connect(self, parameters):
        return None

    def sync_outbound(self, parameters, outbound_sync_request):
        outcomes = Outcomes()
        for row in outbound_sync_request.get_records().itertuples():
            amount = row.TRANSFORMED_RECORD["amount"]
            outcomes.ok(row.IDENTIFIER, shout(f"inv-{in_cents(amount)}"))
        return outcomes
'''


wheel_once = cache(wheel_of)
"""What pip finds, asked once for each requirement: that takes most of the time of a package."""


def write_channel(file: Path, packages: dict[str, list[str]] | None = None) -> Path:
    content = {"snowflake_channel": packages or CHANNEL, "python": "3.11", "saved": "2026-11-01"}
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def write_wheel(
    folder: Path,
    name: str,
    version: str,
    files: dict[str, str],
    *,
    requires: tuple[str, ...] = (),
    tag: str = "py3-none-any",
    python: str = ">=3.8",
) -> Path:
    """A wheel as a package index has it."""
    stem = f"{name.replace('-', '_')}-{version}"
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
    metadata += [f"Requires-Python: {python}"]
    metadata += [f"Requires-Dist: {each}" for each in requires]
    pure = str(tag.endswith("any")).lower()
    content = files | {
        f"{stem}.dist-info/METADATA": "\n".join(metadata) + "\n",
        f"{stem}.dist-info/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: {pure}\nTag: {tag}\n",
    }
    rows = io.StringIO()
    for path, text in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        csv.writer(rows).writerow([path, f"sha256={digest.decode()}", len(text.encode())])
    csv.writer(rows).writerow([f"{stem}.dist-info/RECORD", "", ""])
    content[f"{stem}.dist-info/RECORD"] = rows.getvalue()
    wheel = folder / f"{stem}-{tag}.whl"
    folder.mkdir(parents=True, exist_ok=True)
    with ZipFile(wheel, "w") as archive:
        for path, text in content.items():
            archive.writestr(path, text)
    return wheel


def write_money(folder: Path) -> None:
    """A pure package, and the one that it requires."""
    write_wheel(
        folder,
        "acme-money",
        "1.2",
        {
            "acme_money/__init__.py": "from acme_units import CENTS\n\ndef in_cents(n): return int(n * CENTS)\n"
        },
        requires=("acme-units<2", "requests>=2.0", "colorama; sys_platform == 'win32'"),
    )
    write_wheel(folder, "acme-units", "1.0", {"acme_units.py": "CENTS = 100\n"})


def write_project(folder: Path) -> Path:
    """A plugin with three requirements, and a package of its own."""
    (folder / "helpers").mkdir(parents=True)
    (folder / "plugin.py").write_text(PLUGIN, encoding="utf-8")
    (folder / "requirements.txt").write_text(THREE, encoding="utf-8")
    (folder / "README.md").write_text("# Acme\n", encoding="utf-8")
    (folder / "LICENSE").write_text("All rights reserved.\n", encoding="utf-8")
    (folder / "icon.svg").write_text(
        "<svg xmlns='http://www.w3.org/2000/svg'/>\n", encoding="utf-8"
    )
    (folder / "helpers" / "__init__.py").write_text("", encoding="utf-8")
    (folder / "helpers" / "words.py").write_text(
        "def shout(text): return text.upper()\n", encoding="utf-8"
    )
    (folder / "unused.py").write_text("import nothing_that_is_there\n", encoding="utf-8")
    return folder


def packaged(folder: Path, **names: str) -> Package:
    """The package of a project."""
    plugin_class = load_plugin_class(folder)
    chosen = Names.of(manifest_of(plugin_class), **names)
    channel = Channel.in_file(write_channel(folder.parent / "channel.json"))
    return make_package(plugin_class, folder, chosen, channel, wheels=wheel_once)


def steady(text: str) -> str:
    """Without what differs from one of our versions to the next."""
    text = re.sub(r"package [0-9a-f]{16}", "package 0123456789abcdef", text)
    return re.sub(r"[\d,]+ kB", "9 kB", text)
