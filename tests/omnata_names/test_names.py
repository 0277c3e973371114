"""A plugin's imports from `omnata_plugin_runtime` lead to our names, unless that package is there."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from devsession import plugin
from devsession.errors import NotCarriedOverError
from devsession.omnata_names.names import MODULES
from tests.cli.command import python

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

NAMES = [(module, name) for module, names in MODULES.items() for name in names]


@pytest.fixture(autouse=True)
def package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Imported anew by each test, and gone afterwards."""
    for name in [name for name in sys.modules if name.startswith("omnata_plugin_runtime")]:
        monkeypatch.delitem(sys.modules, name)


@pytest.fixture
def real_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of this name that is installed."""
    folder = tmp_path / "omnata_plugin_runtime"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "forms.py").write_text("FormInputField = 'theirs'\n")
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.parametrize(("module", "name"), NAMES, ids=[f"{each[0]}.{each[1]}" for each in NAMES])
def test_every_name_leads_somewhere(module: str, name: str) -> None:
    assert getattr(import_module(f"omnata_plugin_runtime.{module}"), name) is not None


def test_names_lead_to_ours() -> None:
    from omnata_plugin_runtime.configuration import StoredConfigurationValue
    from omnata_plugin_runtime.forms import FormInputField
    from omnata_plugin_runtime.omnata_plugin import PluginManifest

    ours = (plugin.StoredConfigurationValue, plugin.FormInputField, plugin.PluginManifest)
    assert (StoredConfigurationValue, FormInputField, PluginManifest) == ours


def test_a_module_is_imported_whole_or_from_the_package() -> None:
    import omnata_plugin_runtime.forms
    from omnata_plugin_runtime import rate_limiting

    assert omnata_plugin_runtime.forms.FormOption is plugin.FormOption
    assert rate_limiting.ApiLimits is plugin.ApiLimits


def test_a_star_takes_the_names_of_the_module() -> None:
    taken: dict[str, object] = {}
    exec("from omnata_plugin_runtime.rate_limiting import *", taken)

    assert taken["HttpRequestMatcher"] is plugin.HttpRequestMatcher


def test_a_name_may_be_asked_of_another_module_as_it_was_in_another_version() -> None:
    from omnata_plugin_runtime.omnata_plugin import ConnectionConfigurationParameters

    assert ConnectionConfigurationParameters is plugin.ConnectionConfigurationParameters


@pytest.mark.parametrize(
    "line",
    [
        "from omnata_plugin_runtime.forms import FormHologramField",
        "from omnata_plugin_runtime.configuration import OutboundSyncAction",
        "from omnata_plugin_runtime.api import ProgressMessage",
        "from omnata_plugin_runtime import forecasting",
        "import omnata_plugin_runtime.forecasting",
    ],
)
def test_what_is_not_carried_over_is_named(line: str, snapshot: SnapshotAssertion) -> None:
    with pytest.raises(NotCarriedOverError) as caught:
        exec(compile(line, "plugin.py", "exec"), {})

    assert str(caught.value) == snapshot


def test_a_plugin_can_ask_whether_a_name_is_there() -> None:
    with pytest.raises(ImportError):
        exec("from omnata_plugin_runtime.forms import FormHologramField")


def test_tools_that_look_at_any_module_see_nothing_special() -> None:
    forms = import_module("omnata_plugin_runtime.forms")

    assert not hasattr(forms, "__wrapped__")
    assert getattr(forms, "_private", "none") == "none"


@pytest.mark.usefixtures("real_package")
def test_the_package_itself_wins() -> None:
    forms = import_module("omnata_plugin_runtime.forms")

    assert forms.FormInputField == "theirs"


@pytest.mark.usefixtures("real_package")
def test_a_module_that_the_package_itself_lacks_is_not_made_up() -> None:
    with pytest.raises(ModuleNotFoundError, match="rate_limiting"):
        import_module("omnata_plugin_runtime.rate_limiting")


def test_the_finder_loads_nothing_before_it_is_asked(tmp_path: Path) -> None:
    code = "import devsession, sys; print('devsession.omnata_names' in sys.modules)"

    assert python(tmp_path, "-c", code).stdout == "False\n"


def test_importing_the_names_brings_no_pandas(tmp_path: Path) -> None:
    code = """
import devsession, sys
from omnata_plugin_runtime.configuration import *
from omnata_plugin_runtime.forms import *
from omnata_plugin_runtime.omnata_plugin import OmnataPlugin
print({"pandas", "pyarrow", "requests"} & set(sys.modules))
"""

    assert python(tmp_path, "-c", code).stdout == "set()\n"


def test_pytest_finds_them_in_tests_that_do_not_import_devsession(tmp_path: Path) -> None:
    (tmp_path / "test_own.py").write_text(
        "from omnata_plugin_runtime.omnata_plugin import OmnataPlugin\n"
        "def test_own() -> None:\n"
        "    assert OmnataPlugin\n"
    )

    done = python(tmp_path, "-m", "pytest", "-q", "-p", "devsession.testing.pytest_plugin")

    assert done.returncode == 0, done.stdout
