"""The tour's scenarios, copied to where there is no workspace, no home and no network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from devsession.sandbox import sandbox_service
from devsession.warehouse import embedded_service

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


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a tour leaves, its services stopped."""
    home = tmp_path_factory.mktemp("home")
    folder = home / "a-tour"
    left_out = {"DEVSESSION_OFFLINE", "SANDBOX_API_KEY"}
    variables = {name: value for name, value in os.environ.items() if name not in left_out}
    try:
        subprocess.run(
            [sys.executable, "-m", "devsession", "tour", "a-tour"],
            cwd=home,
            env={**variables, "HOME": str(home)},
            capture_output=True,
            check=True,
            timeout=TIMEOUT,
        )
    finally:
        sandbox_service(folder).stop()
        embedded_service(folder).stop()
    return folder


@pytest.fixture
def elsewhere(tour: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "some where élse"
    shutil.copytree(tour / "scenarios", folder / "scenarios")
    for name in COPIED:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(tour / name, folder / name)
    return folder


def run_tests(project: Path) -> subprocess.CompletedProcess[str]:
    home, site = project.parent / "home", project.parent / "site"
    home.mkdir()
    site.mkdir()
    (site / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=project,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(site)},
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


def test_its_files_hold_no_path_of_the_machine(tour: Path) -> None:
    files = {path for path in (tour / "scenarios").rglob("*") if path.is_file()}

    assert tour / "scenarios" / "tape.yaml" in files
    assert not [path for path in files if str(tour.parent) in path.read_text(encoding="utf-8")]
