"""What the channel has: from a file, or from an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from devsession.errors import PublishError
from devsession.publish.channel import Channel
from devsession.publish.requirements import requirements_in
from devsession.publish.resolving import resolve
from devsession.publish.wheels import Wheel, unpacked, wheel_of
from tests.publish.projects import write_channel, write_wheel

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion


def no_wheel(requirement: Requirement) -> Any:
    raise AssertionError(f"{requirement} was looked for")


def test_the_newest_version_that_is_wanted() -> None:
    channel = Channel.of(
        [("requests", "2.9.1"), ("requests", "2.32.3"), ("odd", "not-a-version")], "account prod"
    )

    assert (
        str(channel.best("Requests", SpecifierSet(">=2.0"))) == "('requests', <Version('2.32.3')>)"
    )
    assert channel.best("odd", SpecifierSet()) is None


def test_a_version_is_named_where_one_is_wanted(tmp_path: Path) -> None:
    channel = Channel.in_file(write_channel(tmp_path / "channel.json"))
    wanted = ["requests", "Jinja2<3.1.6", "pandas; sys_platform == 'win32'", "requests>=2.0"]

    resolved = resolve(map(Requirement, wanted), channel, no_wheel)

    assert resolved.packages == ["jinja2==3.1.4", "requests==2.32.3"]


def test_a_version_that_all_take(tmp_path: Path) -> None:
    channel = Channel.in_file(write_channel(tmp_path / "channel.json"))

    resolved = resolve(map(Requirement, ["requests>=2.0", "requests<2.32"]), channel, no_wheel)

    assert resolved.packages == ["requests==2.31.0"]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"snowflake_channel": {"requests": "2.32.3"}}',
        '{"snowflake_channel": ["requests"]}',
        '{"snowflake_channel": {}, "python": "3.9"}',
    ],
)
def test_a_list_that_cannot_be_used(text: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    file = tmp_path / "channel.json"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(PublishError) as refused:
        Channel.in_file(file)

    assert str(refused.value).replace(str(tmp_path), "..") == snapshot


def test_a_list_that_begins_with_a_mark(tmp_path: Path) -> None:
    """As editors on Windows write it."""
    file = write_channel(tmp_path / "channel.json")
    file.write_text(file.read_text(encoding="utf-8"), encoding="utf-8-sig")

    assert Channel.in_file(file).versions("lxml")


def test_a_channel_that_is_too_old_for_us(
    tmp_path: Path, wheels: Path, snapshot: SnapshotAssertion
) -> None:
    write_wheel(wheels, "pandas", "2.9", {"pandas.so": ""}, tag="cp311-cp311-linux_x86_64")
    channel = Channel.in_file(write_channel(tmp_path / "channel.json", {"pandas": ["2.1.4"]}))

    with pytest.raises(PublishError) as refused:
        resolve([], channel, wheel_of, ours=["pandas>=2.2.3"])

    assert str(refused.value) == snapshot


def test_a_wheel_that_carries_others_along(tmp_path: Path) -> None:
    inner = {"acme/_vendor/six-1.0.dist-info/METADATA": "Name: six\n", "acme/__init__.py": ""}
    file = write_wheel(tmp_path, "acme", "1.0", inner, requires=("requests",))

    wheel = Wheel.read(file)

    assert (wheel.name, wheel.requires, wheel.is_pure) == ("acme", ("requests",), True)


def test_files_that_two_wheels_have(tmp_path: Path) -> None:
    pages = [
        Wheel.read(write_wheel(tmp_path, name, "1.0", {"tests/pages.py": name, "same.py": "x"}))
        for name in ("one", "other")
    ]

    files, twice = unpacked(pages, {})

    assert files["tests/pages.py"] == b"other"
    assert twice == ["tests/pages.py is in two packages: that of other is packed"]
    with pytest.raises(PublishError, match=r"The project and one both have the file same\.py"):
        unpacked(pages, {"same.py": b"mine"})


def test_no_list(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="No such file"):
        Channel.in_file(tmp_path / "channel.json")


def test_no_requirements(tmp_path: Path) -> None:
    assert requirements_in(tmp_path / "requirements.txt") == []
