"""Projects that are packaged once, and no index for pip but a folder of wheels."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from devsession.cli.project import create_project
from tests.publish.projects import packaged, write_money, write_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from devsession.publish.package import Package


@pytest.fixture(scope="package", autouse=True)
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """All that pip finds."""
    folder = tmp_path_factory.mktemp("wheels")
    write_money(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "PIP_NO_INDEX", "1")
        patch.setitem(os.environ, "PIP_FIND_LINKS", str(folder))
        for wheel in folder.glob("*.whl"):  # as if they were installed
            patch.syspath_prepend(str(wheel))
        yield folder


@pytest.fixture(scope="package")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with three requirements."""
    return write_project(tmp_path_factory.mktemp("three") / "acme")


@pytest.fixture(scope="package")
def package_of_three(three: Path, wheels: Path) -> Package:
    return packaged(three)


@pytest.fixture(scope="package")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `devsession init` makes, both ways."""
    folder = tmp_path_factory.mktemp("template") / "crm"
    create_project("crm", folder, direction="both")
    return folder


@pytest.fixture(scope="package")
def package_of_template(template: Path, wheels: Path) -> Package:
    return packaged(template)
