"""The walls of the house: who may import whom, what is public, what an import costs."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import devsession

PACKAGE = Path(devsession.__file__).parent
FLOORS = (
    {"errors", "render", "private", "quoting"},
    {"http", "kernels", "secrets", "service"},
    {"plugin"},
    {"warehouse", "recording", "openmetadata", "publish"},
    {"notebook", "sandbox", "testing"},
    {"session", "omnata_names"},
    {"cli"},
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
# Within openmetadata/; its `__init__` gives out the public names of all.
CATALOG_FLOORS = (
    {"model"},
    {"lineage", "steps"},
    {"processors", "rest", "shipped"},
    {"events", "review"},
    {"workflow"},
)
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE / "_shipped")


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imports_of(path: Path) -> set[str]:
    """Every devsession module that a file imports, at any depth of its code."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    plain = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    from_ = {
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    return {name for name in plain | from_ if name.split(".")[0] == "devsession"}


def forbidden(path: Path) -> list[str]:
    """The imports of one file that go up, or sideways into another room of the same floor."""
    own = path.relative_to(PACKAGE).with_suffix("").parts[0]
    if own in {"__init__", "__main__"}:
        return []
    return [
        f"{path.relative_to(PACKAGE.parent)} imports {name}: '{own}' is on floor {FLOOR_OF[own]} "
        f"and may import {sorted(room for rooms in FLOORS[: FLOOR_OF[own]] for room in rooms)}; "
        "what it needs from another room, session/ hands over as an argument or a Protocol"
        for name in sorted(imports_of(path))
        if room_of(name) in FLOOR_OF
        and room_of(name) != own
        and FLOOR_OF[room_of(name)] >= FLOOR_OF[own]
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_lower_floors(path: Path) -> None:
    assert forbidden(path) == []


def test_a_module_of_the_catalog_imports_only_from_lower_floors() -> None:
    floor_of = {room: floor for floor, rooms in enumerate(CATALOG_FLOORS) for room in rooms}
    room = PACKAGE / "openmetadata"
    assert {path.parent.name for path in room.glob("*/*.py")} == set(floor_of)
    assert [path.name for path in room.glob("*.py")] == ["__init__.py"]
    up = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in room.glob("*/*.py")
        for name in sorted(imports_of(path))
        if name.startswith("devsession.openmetadata.")
        and (into := name.split(".")[2]) != path.parent.name
        and floor_of.get(into, len(floor_of)) >= floor_of[path.parent.name]
    ]
    assert up == []


def test_every_room_stands_on_a_floor() -> None:
    rooms = {path.relative_to(PACKAGE).with_suffix("").parts[0] for path in MODULES}
    assert rooms - {"__init__", "__main__"} == set(FLOOR_OF)


def test_the_floor_test_sees_an_import_that_goes_up(tmp_path: Path) -> None:
    broken = PACKAGE / "plugin" / "made_up.py"
    tree = tmp_path / "made_up.py"
    tree.write_text("from devsession.session import DevelopmentSession\n", encoding="utf-8")
    assert imports_of(tree) == {"devsession.session.DevelopmentSession"}
    assert FLOOR_OF["session"] > FLOOR_OF[broken.relative_to(PACKAGE).parts[0]]


def test_public_names() -> None:
    assert devsession.__all__ == ["DevelopmentSession", "Outcomes", "expression", "secret"]
    assert all(getattr(devsession, name) for name in devsession.__all__)


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("devsession", {"pydantic", "pandas", "pyarrow", "snowflake", "vcr", "ipywidgets", "rich"}),
        ("devsession.plugin", {"pandas", "pyarrow", "snowflake", "vcr", "ipywidgets", "requests"}),
        ("devsession.http", {"pydantic", "requests", "urllib3", "httpx", "anyio", "sqlite3"}),
        ("devsession.kernels", {"IPython", "ipykernel", "jupyter_client", "pandas", "zmq"}),
        ("devsession.cli", {"pandas", "pyarrow", "snowflake", "vcr", "ipywidgets", "pydantic"}),
        ("devsession.testing", {"pytest", "behave", "pandas", "vcr", "snowflake"}),
        (
            "devsession.openmetadata",
            {"pandas", "pyarrow", "requests", "sqlglot", "snowflake", "yaml", "confluent_kafka"},
        ),
        ("devsession.warehouse", {"snowflake", "fakesnow", "duckdb", "pandas"}),
    ],
)
def test_an_import_stays_light(module: str, heavy: set[str]) -> None:
    # What other packages' .pth files load when any interpreter starts is not ours.
    code = (
        f"import sys; bare = set(sys.modules); import {module}, json; "
        "print(json.dumps(sorted(set(sys.modules) - bare)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = {name.split(".")[0] for name in json.loads(done.stdout)}
    assert loaded & heavy == set()
