"""What requirements.txt asks for: from the channel, as a pure wheel, or refused before anything is sent."""

from __future__ import annotations

from subprocess import CompletedProcess
from typing import TYPE_CHECKING

import pytest

from devsession.errors import PublishError
from devsession.publish.channel import Channel
from devsession.publish.requirements import requirements_in
from devsession.publish.resolving import resolve
from devsession.publish.wheels import Wheel, wheel_of
from tests.publish.projects import CHANNEL, write_wheel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from packaging.requirements import Requirement
    from syrupy.assertion import SnapshotAssertion

    from devsession.publish.resolving import Resolved

CHANNEL_OF_TESTS = Channel.of(
    [(name, version) for name, versions in CHANNEL.items() for version in versions], "the tests"
)


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that pip finds."""
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return tmp_path


def resolved(
    folder: Path, text: str, wheel_of: Callable[[Requirement], Wheel] = wheel_of
) -> Resolved:
    file = folder / "requirements.txt"
    file.write_text(text, encoding="utf-8")
    return resolve(requirements_in(file), CHANNEL_OF_TESTS, wheel_of)


def one_of(*wheels: Path) -> Callable[[Requirement], Wheel]:
    """Without pip, where it is not what is tested."""
    read = {each.name: each for each in map(Wheel.read, wheels)}
    return lambda wanted: read[wanted.name]


def bundled(wanted: Resolved) -> list[str]:
    return [each.file for each in wanted.bundled.values()]


def test_comments(tmp_path: Path) -> None:
    text = "# all\n\nrequests>=2.31\t# behind a tab\nlxml # and a space\n"

    assert resolved(tmp_path, text).packages == ["lxml", "requests==2.32.3"]


@pytest.mark.parametrize(
    "line",
    [
        "requests==2.32.3 --hash=sha256:0815",
        "requests==2.32.3 \\",
        "-r base.txt",
        "-e .",
        "./acme",
        "acme @ git+https://sesame-1@git.example/acme.git",
        "https://files.example/acme.whl?token=sesame-1",
        "--extra-index-url https://me:sesame-1@pypi.example/simple",
        "requests 2.32",
    ],
)
def test_a_line_that_names_no_package(
    line: str, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    with pytest.raises(PublishError) as refused:
        resolved(tmp_path, line)

    assert "sesame-1" not in str(refused.value)
    assert str(refused.value).replace(str(tmp_path), "..") == snapshot


def test_a_pure_wheel_comes_before_one_for_this_machine(found: Path) -> None:
    """Packages that are faster when they are compiled have both."""
    write_wheel(found, "acme-fast", "1.0", {"acme_fast.so": ""}, tag="cp311-cp311-linux_x86_64")
    write_wheel(found, "acme-fast", "1.0", {"acme_fast.py": ""})

    assert bundled(resolved(found, "acme-fast")) == ["acme_fast-1.0-py3-none-any.whl"]


def test_a_version_for_the_python_that_runs_there(found: Path) -> None:
    """Whichever runs here, a later one included."""
    write_wheel(found, "acme-new", "1.0", {"acme_new.py": ""})
    write_wheel(found, "acme-new", "2.0", {"acme_new.py": ""}, python=">=3.12")

    assert bundled(resolved(found, "acme-new")) == ["acme_new-1.0-py3-none-any.whl"]


def test_a_wheel_for_another_python(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """One that is made of a source here is for the Python that runs here."""
    wheels = one_of(write_wheel(tmp_path, "acme-new", "2.0", {}, python=">=3.12"))

    with pytest.raises(PublishError) as refused:
        resolved(tmp_path, "acme-new", wheels)

    assert str(refused.value) == snapshot


@pytest.mark.parametrize(
    "said",
    [
        "/home/ada/bin/python: No module named pip",
        "ERROR: no way to https://me:sesame-1@pypi.acme/",
        "ERROR: No version that satisfies acme-new>=99 (from versions: 1, 2, 3, 4, 5, 6, 7.0a1)",
    ],
    ids=["no pip", "an index with a password", "many versions"],
)
def test_what_pip_complains_of(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    done = CompletedProcess([], 1, "", said)
    monkeypatch.setattr("devsession.publish.wheels.run", lambda _: done)

    with pytest.raises(PublishError) as refused:
        resolved(tmp_path, "acme-new")

    assert str(refused.value) == snapshot


def test_a_marker_is_asked_of_the_python_that_runs_there(found: Path) -> None:
    write_wheel(found, "acme-old", "1.0", {"acme_old.py": ""})
    text = "acme-old; python_full_version < '3.11'\nlxml; python_full_version < '3.11.99'"

    wanted = resolved(found, text)

    assert (wanted.packages, bundled(wanted)) == (["lxml"], [])


def test_an_extra_that_is_asked_for_later(tmp_path: Path) -> None:
    wheels = one_of(
        write_wheel(tmp_path, "acme-a", "1.0", {}, requires=("acme-b[more]",)),
        write_wheel(tmp_path, "acme-b", "1.0", {}, requires=("acme-c; extra == 'more'",)),
        write_wheel(tmp_path, "acme-c", "1.0", {}, requires=("acme-b[more]",)),
    )

    found = resolved(tmp_path, "acme-b\nacme-a", wheels)

    assert list(found.bundled) == ["acme-b", "acme-a", "acme-c"]


def test_devsession_goes_along_anyhow(tmp_path: Path) -> None:
    """Whoever requires it: what plugins share may be written against it, too."""
    wheels = one_of(write_wheel(tmp_path, "acme-a", "1.0", {}, requires=("devsession>=0.1",)))

    found = resolved(tmp_path, "devsession\nomnata_plugin_runtime\nacme-a", wheels)

    assert list(found.bundled) == ["acme-a"]


def test_an_extra_of_a_package_of_the_channel_is_told(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    assert resolved(tmp_path, "requests[socks]>=2.31").warnings == snapshot
