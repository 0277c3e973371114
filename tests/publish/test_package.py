"""The step `package`: what is in the folder, and what is wrong with a project before anything is sent."""

from __future__ import annotations

import ast
import io
import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
import yaml

from devsession.errors import DefinitionError, DevsessionError, PluginRaisedError, PublishError
from devsession.publish.sources import own_files
from tests.publish.projects import PLUGIN, packaged, steady, write_project, write_wheel
from tests.publish.snowflake_host import CHANNEL

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from devsession.publish.package import Package

# What is imported where it is needed only, and by whom: the requirement is the plugin's own.
IMPORTED_LATE = {
    "anyio": "http/clock.py",
    "azure": "secrets/clouds.py",
    "httpx": "http/client.py",
    "dotenv": "secrets/dotenv_secrets.py",
    "keyring": "secrets/keyring_secrets.py",
    "rapidfuzz": "plugin/matching.py",
    "zstandard": "secrets/compressed.py",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "acme")


def code_of(package: Package) -> ZipFile:
    return ZipFile(io.BytesIO(package.files["code.zip"]))


def test_the_folder_of_an_app(
    package_of_three: Package, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    package_of_three.write(tmp_path / "acme")

    written = {
        str(file.relative_to(tmp_path / "acme")): file
        for file in (tmp_path / "acme").rglob("*")
        if file.is_file()
    }
    texts = ["app/manifest.yml", "app/scripts/setup_script.sql", "snowflake.yml"]
    assert sorted(written) == snapshot(name="files")
    assert {name: steady(written[name].read_text()) for name in texts} == snapshot(name="texts")
    assert steady(str(package_of_three)) == snapshot(name="shown")


def test_the_code_is_the_plugin_with_what_it_imports_and_our_part(
    package_of_three: Package,
) -> None:
    names = code_of(package_of_three).namelist()

    theirs = [name for name in names if not name.startswith("devsession/")]
    assert theirs == [
        "acme_money-1.2.dist-info/METADATA",
        "acme_money-1.2.dist-info/RECORD",
        "acme_money-1.2.dist-info/WHEEL",
        "acme_money/__init__.py",
        "acme_units-1.0.dist-info/METADATA",
        "acme_units-1.0.dist-info/RECORD",
        "acme_units-1.0.dist-info/WHEEL",
        "acme_units.py",
        "devsession_handlers.py",
        "helpers/__init__.py",
        "helpers/words.py",
        "plugin.py",
    ]
    ours = {name.split("/")[1] for name in names if name.startswith("devsession/")}
    assert ours == {
        *("LICENSE", "__init__.py", "errors.py", "http", "omnata_names", "plugin"),
        *("private.py", "publish", "quoting.py", "render.py", "secrets"),
    }


def test_what_calls_the_plugin_there(
    package_of_three: Package, snapshot: SnapshotAssertion
) -> None:
    assert code_of(package_of_three).read("devsession_handlers.py").decode() == snapshot


def test_the_same_project_gives_the_same_bytes(
    package_of_three: Package, tmp_path: Path, project: Path
) -> None:
    """In another folder, with files of another time."""
    again = packaged(project)

    assert again.files == package_of_three.files
    assert again.digest == package_of_three.digest


def test_the_zip_holds_no_time_and_no_order_of_a_folder(package_of_three: Package) -> None:
    entries = code_of(package_of_three).infolist()

    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o644}
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)


def test_a_change_gives_another_package(package_of_three: Package, project: Path) -> None:
    (project / "helpers" / "words.py").write_text(
        "def shout(text): return text\n", encoding="utf-8"
    )

    assert packaged(project).digest != package_of_three.digest


def test_other_names(project: Path) -> None:
    package = packaged(project, version="V2", application="Räder & Co")

    assert yaml.safe_load(package.files["manifest.yml"])["version"]["name"] == "V2"


def test_the_folder_is_written_anew_and_whole(package_of_three: Package, tmp_path: Path) -> None:
    folder = tmp_path / "dist" / "acme"
    package_of_three.write(folder)
    (folder / "app" / "left.txt").write_text("of before", encoding="utf-8")

    package_of_three.write(folder)

    assert not (folder / "app" / "left.txt").exists()
    assert [each.name for each in folder.parent.iterdir()] == ["acme"]


def test_a_folder_of_others_is_left_alone(
    package_of_three: Package, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "thesis.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(PublishError) as refused:
        package_of_three.write(tmp_path / "acme")

    assert str(refused.value).replace(str(tmp_path), "..") == snapshot
    assert (tmp_path / "acme" / "thesis.txt").is_file()


def test_what_is_missing_is_a_warning(project: Path, snapshot: SnapshotAssertion) -> None:
    for name in ("LICENSE", "icon.svg", "README.md"):
        (project / name).unlink()
    bare = PLUGIN.replace(
        "supported_outbound", "supports_inbound=True,\n            supported_outbound"
    )
    (project / "plugin.py").write_text(
        bare.replace("import in_cents", "import in_cents\nimport numpy, click"), encoding="utf-8"
    )

    package = packaged(project)

    assert list(package.warnings) == snapshot
    assert package.files["README.md"].startswith(b"# Acme")


BROKEN = {
    "invalid manifest": ("plugin.py", 'plugin_id="acme"', 'plugin_id="no id"'),
    "manifest raises": ("plugin.py", "return PluginManifest(", "return PluginManifest(*1/0,"),
    "manifest is none": ("plugin.py", "return PluginManifest(", "return dict("),
    "no wheel": ("requirements.txt", "unidecode", "acme-nowhere"),
    "compiled": ("requirements.txt", "unidecode", "acme-fast"),
    "compiled, wanted by another": ("requirements.txt", "unidecode", "jinja2==3.9"),
    "compiled, other version there": ("requirements.txt", "unidecode", "lxml==4.0"),
    "an option": ("requirements.txt", "unidecode", "--index-url https://me:sesame-1@pypi.example"),
    "an address": ("requirements.txt", "unidecode", "six @ https://pypi.example/six.whl"),
    "two versions": ("requirements.txt", "requests>=2.32", "requests==2.31.0\nrequests>=2.32"),
    "no Python": ("plugin.py", "        return None", "        import broken"),
    "another room": ("helpers/words.py", "def shout", "import devsession.testing\ndef shout"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_published(
    name: str, project: Path, wheels: Path, snapshot: SnapshotAssertion
) -> None:
    write_wheel(wheels, "acme-fast", "1.0", {"acme_fast.so": ""}, tag="cp311-cp311-linux_x86_64")
    write_wheel(wheels, "lxml", "4.0", {"lxml.so": ""}, tag="cp311-cp311-linux_x86_64")
    write_wheel(wheels, "jinja2", "3.9", {"jinja2/new.py": "X = 1"}, requires=("acme-fast",))
    (project / "broken.py").write_text("x = 1\ndef def\n", encoding="utf-8")
    file, old, new = BROKEN[name]
    path = project / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")

    with pytest.raises(DevsessionError) as refused:
        packaged(project)

    assert isinstance(refused.value, PublishError | PluginRaisedError | DefinitionError)
    assert str(refused.value).replace(str(project.parent), "..") == snapshot


def test_requirements_that_are_no_text(project: Path) -> None:
    (project / "requirements.txt").write_bytes(b"\xff\xfe")

    with pytest.raises(PublishError, match=r"requirements\.txt cannot be read"):
        packaged(project)


def test_what_our_part_imports_the_channel_has() -> None:
    """At any depth of the code: late imports, too."""
    imported: dict[str, set[str]] = {}
    for path, content in own_files().items():
        if path.endswith(".py"):
            for name in imports_in(content):
                imported.setdefault(name.partition(".")[0], set()).add(
                    path.removeprefix("devsession/")
                )
    others = {
        name: files for name, files in imported.items() if name not in sys.stdlib_module_names
    }
    beyond = {name: files for name, files in others.items() if name not in CHANNEL | {"devsession"}}

    assert set(beyond) == set(IMPORTED_LATE)
    assert all(file in beyond[name] for name, file in IMPORTED_LATE.items())


def imports_in(source: bytes) -> list[str]:
    nodes = list(ast.walk(ast.parse(source)))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return plain + [
        node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module
    ]
