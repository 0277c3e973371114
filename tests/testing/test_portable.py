"""The tour's scenarios, as git has them, where there is no workspace, no home and no network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.notebooks.conftest import NOTEBOOKS

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT = 600
COPIED = ("plugin.py", "tests/test_scenarios.py")
NO_NETWORK = """
import sys


def refuse(event, details):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}:
        sys.stderr.write(f"the network was used: {event} {details[1:]}\\n")
        raise OSError("there is no network here")


sys.addaudithook(refuse)
"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "some where élse"
    shutil.copytree(NOTEBOOKS / "scenarios", folder / "scenarios")
    for name in COPIED:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(NOTEBOOKS / name, folder / name)
    return folder


def run_tests(project: Path) -> subprocess.CompletedProcess[str]:
    home, site = project.parent / "home", project.parent / "site"
    home.mkdir()
    site.mkdir()
    (site / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=project,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "PYTHONPATH": str(site),
            # Those of this environment are slow to import, and the generated tests need none.
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )


def test_its_tests_pass(elsewhere: Path) -> None:
    ran = run_tests(elsewhere)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " passed" in ran.stdout
    assert "the network was used" not in ran.stderr
    assert not (elsewhere / ".devsession").exists()


def test_its_tests_fail_there_when_a_recorded_status_changes(elsewhere: Path) -> None:
    for cassette in (elsewhere / "scenarios").glob("*/cassette.yaml"):
        text = cassette.read_text(encoding="utf-8")
        cassette.write_text(text.replace("code: 200", "code: 500"), encoding="utf-8")

    ran = run_tests(elsewhere)

    assert ran.returncode == 1
    assert "cassette.yaml was changed by hand: exchange 1" in ran.stdout
    assert "status 500 OK, recorded 200 OK" in ran.stdout


def test_a_changed_field_is_told_by_the_tape(elsewhere: Path) -> None:
    cassette = next((elsewhere / "scenarios").glob("*/cassette.yaml"))
    content = yaml.safe_load(cassette.read_bytes())
    answer = content["interactions"][0]["response"]["body"]
    answer["string"] = json.dumps({**json.loads(answer["string"]), "added": 1})
    cassette.write_text(yaml.safe_dump(content), encoding="utf-8")

    ran = run_tests(elsewhere)

    assert ran.returncode == 1
    assert "its answer's body.added: 1, recorded without it" in ran.stdout
