"""The step `package`: what is in the folder, and what is wrong with a project before anything is sent."""

from __future__ import annotations

import ast
import io
import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
import yaml

import devsession
from devsession.errors import DefinitionError, DevsessionError, PluginRaisedError, PublishError
from devsession.publish.sources import NAMES, own_files
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


def test_a_package_whose_writing_is_stopped_leaves_nothing(
    package_of_three: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    package_of_three.write(tmp_path / "acme")
    monkeypatch.setattr("devsession.publish.package.snow_project", stop)

    with pytest.raises(KeyboardInterrupt):
        package_of_three.write(tmp_path / "acme")

    assert [each.name for each in tmp_path.iterdir()] == ["acme"]


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
    more = "import numpy, click\nfrom devsession.http import retrying_client"
    (project / "plugin.py").write_text(
        bare.replace("import in_cents", f"import in_cents\n{more}"), encoding="utf-8"
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
    "a session": (
        "plugin.py",
        "from acme_money",
        "from devsession import DevelopmentSession as D\nfrom acme_money",
    ),
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


@pytest.mark.parametrize("name", ["a file of others", "a folder of others", "a folder of its own"])
def test_a_link_that_is_not_followed(
    name: str, project: Path, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    """A foreign file is not sent along, and no part of the plugin left out."""
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "key.pem").write_text("-----", encoding="utf-8")
    (project / "shared").mkdir()
    (project / "helpers" / "linked").symlink_to(
        {
            "a file of others": tmp_path / "private" / "key.pem",
            "a folder of others": tmp_path / "private",
            "a folder of its own": project / "shared",
        }[name]
    )

    with pytest.raises(PublishError) as refused:
        packaged(project)

    assert str(refused.value).replace(str(tmp_path), "..") == snapshot


def test_a_file_that_cannot_be_packed(project: Path) -> None:
    """A name that is no text, as a folder on Linux may hold."""
    (project / "helpers" / "\udcff.txt").write_text("", encoding="utf-8")

    with pytest.raises(PublishError, match="its name is no Unicode"):
        packaged(project)


def test_a_link_to_a_file_of_the_project_is_packed(project: Path) -> None:
    (project / "helpers" / "licence.txt").symlink_to(project / "LICENSE")

    assert code_of(packaged(project)).read("helpers/licence.txt") == b"All rights reserved.\n"


def test_what_is_imported_here_only_may_be_any_part_of_devsession(project: Path) -> None:
    """For a type checker, or where plugin.py is run as a script."""
    here = """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import unused
    from devsession.session import DevelopmentSession
if __name__ == "__main__":
    from devsession import DevelopmentSession
"""
    (project / "plugin.py").write_text(PLUGIN + here, encoding="utf-8")

    assert "unused.py" not in code_of(packaged(project)).namelist()


def test_a_module_that_is_imported_by_a_call_is_packed(project: Path) -> None:
    (project / "plugin.py").write_text(
        f"{PLUGIN}\n\ndef later():\n    return importlib.import_module('unused')\n",
        encoding="utf-8",
    )

    assert "unused.py" in code_of(packaged(project)).namelist()


def test_a_package_comes_before_a_module_of_its_name(project: Path) -> None:
    """As for Python."""
    (project / "helpers.py").write_text("", encoding="utf-8")

    names = code_of(packaged(project)).namelist()

    assert "helpers/words.py" in names
    assert "helpers.py" not in names


def test_files_beside_the_code_lie_in_a_zip_there(
    project: Path, snapshot: SnapshotAssertion
) -> None:
    (project / "helpers" / "words.py").write_text(
        "from pathlib import Path\ndef shout(text): return Path(__file__).name\n", encoding="utf-8"
    )

    assert list(packaged(project).warnings) == snapshot


def test_another_manifest_is_another_package(project: Path) -> None:
    """Or a version that differs in nothing else would never be made."""
    assert packaged(project, version="V2").digest != packaged(project).digest


def test_requirements_that_are_no_text(project: Path) -> None:
    (project / "requirements.txt").write_bytes(b"\xff\xfe")

    with pytest.raises(PublishError, match=r"requirements\.txt cannot be read"):
        packaged(project)


def test_what_devsession_gives_there() -> None:
    assert set(devsession.__all__) - NAMES == {"DevelopmentSession"}


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
