"""What is written holds no secret; what has been written is searched."""

from __future__ import annotations

import base64
import bz2
import gzip
import json
import lzma
import os
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from devsession.errors import SecretLeakError, SetupError
from devsession.secrets import audit as auditing
from devsession.secrets.audit import AuditReport, Finding, audit, guarded_write
from devsession.secrets.redact import Redactor
from tests.secrets.conftest import KEY

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Relative paths below it, so that reports are the same on every machine."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "scenarios"
    path.mkdir()
    return path.relative_to(tmp_path)


def test_clean_content_is_written(folder: Path, redactor: Redactor) -> None:
    guarded_write(folder / "new" / "scenario.json", '{"name": "é"}', redactor)

    written = folder / "new" / "scenario.json"
    assert written.read_bytes() == '{"name": "é"}'.encode()
    assert written.stat().st_mode & 0o777 == 0o644


def test_a_file_keeps_its_mode(folder: Path, redactor: Redactor) -> None:
    path = folder / "run.sh"
    path.write_text("old")
    path.chmod(0o750)

    guarded_write(path, b"new", redactor)

    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o750


def test_a_link_stays_a_link(folder: Path, redactor: Redactor) -> None:
    (folder / "link").symlink_to("target")

    guarded_write(folder / "link", "new", redactor)

    assert (folder / "link").is_symlink()
    assert (folder / "target").read_text() == "new"


def test_content_with_a_secret_is_refused(
    folder: Path, redactor: Redactor, snapshot: SnapshotAssertion
) -> None:
    path = folder / "cassette.yaml"
    path.write_text("old")
    basic = base64.b64encode(f"ada:{KEY}".encode()).decode()

    with pytest.raises(SecretLeakError) as error:
        guarded_write(path, f"a: {KEY}\nb: {quote(KEY)} {quote(KEY)}\nc: {basic}\n", redactor)

    assert str(error.value) == snapshot
    assert redactor.find(str(error.value)) == []
    assert path.read_text() == "old"


def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    folder: Path, redactor: Redactor, full_disk: None, snapshot: SnapshotAssertion
) -> None:
    path = folder / "cassette.yaml"
    path.write_text("old")

    with pytest.raises(SetupError) as error:
        guarded_write(path, "new", redactor)

    assert str(error.value) == snapshot
    assert path.read_text() == "old"
    assert [entry.name for entry in folder.iterdir()] == ["cassette.yaml"]


def test_a_clean_folder_is_a_true_report(folder: Path, redactor: Redactor) -> None:
    (folder / "a.yaml").write_text("key: REDACTED-api-key\n")
    (folder / "b.ipynb").write_text("{}")

    report = audit([folder], redactor)

    assert report
    assert str(report) == "2 files searched for 2 secrets: none found"
    assert repr(report) == str(report)
    assert "2 files searched for 2 secrets: none found</div></div>" in report._repr_html_()


def test_findings_name_file_place_secret_and_encoding(
    folder: Path, redactor: Redactor, snapshot: SnapshotAssertion
) -> None:
    notebook = {"cells": [{"outputs": [{"text": [f"key {json.dumps({'k': KEY})}\n", "ok\n"]}]}]}
    (folder / "a.ipynb").write_text(json.dumps(notebook, indent=1))
    (folder / "b.bin").write_bytes(b"\0\xff" * 50 + KEY.encode())
    (folder / "deep").mkdir()
    (folder / "deep" / "c.yaml").write_text(
        f"uri: https://acme.test/{quote(KEY, safe='')}\n\npin: 4711\n"
    )

    report = audit([folder], redactor)

    assert not report
    assert str(report) == snapshot
    assert report._repr_html_() == snapshot(name="html")
    assert redactor.find(str(report)) == []


def test_a_notebook_shows_the_first_findings_and_print_all_of_them() -> None:
    report = AuditReport(
        tuple(Finding(f"<{at}>", "line 1", "pin", "raw") for at in range(90)), 1, 1
    )

    assert str(report).count("pin") == 90
    assert repr(report).count("pin") == report._repr_html_().count("pin") == 50
    assert "and 40 more findings: print(report)" in repr(report)
    assert "and 40 more findings: print(report)" in report._repr_html_()
    assert "&lt;49&gt;" in report._repr_html_()


def test_a_secret_in_a_file_name_is_a_finding(folder: Path) -> None:
    redactor = Redactor({"api_key": "sk-live-51Hx"})
    (folder / "sk-live-51Hx.json").touch()

    report = audit([folder], redactor)

    assert [(found.file, found.place) for found in report.findings] == [
        (str(folder / "REDACTED-api-key.json"), "file name")
    ]


def test_what_cannot_be_searched_is_a_finding(
    folder: Path, redactor: Redactor, snapshot: SnapshotAssertion
) -> None:
    (folder / "dangling").symlink_to("nowhere")

    report = audit([folder, folder / "missing.yaml"], redactor)

    assert not report
    assert str(report) == snapshot


def test_a_pipe_is_not_waited_for(folder: Path, redactor: Redactor) -> None:
    os.mkfifo(folder / "pipe")

    assert audit([folder], redactor)


def test_the_secret_store_is_left_out_unless_named(folder: Path, redactor: Redactor) -> None:
    (folder / ".devsession").mkdir()
    (folder / ".devsession" / "secrets").write_text(json.dumps({"ACME_API_KEY": KEY}))

    assert audit([folder], redactor)
    assert not audit([folder / ".devsession"], redactor)


def test_checkpoints_of_notebooks_are_searched(folder: Path, redactor: Redactor) -> None:
    checkpoint = folder / "notebooks" / ".ipynb_checkpoints" / "a-checkpoint.ipynb"
    checkpoint.parent.mkdir(parents=True)
    checkpoint.write_text(json.dumps({"cells": [{"source": [f"key = '{KEY}'\n"]}]}))

    assert [found.file for found in audit([folder], redactor).findings] == [str(checkpoint)]


def test_a_picture_in_a_notebook_is_searched(folder: Path, redactor: Redactor) -> None:
    text_chunk = b"tEXtComment\0" + KEY.encode() + b"\xae\x42\x60\x82"
    picture = base64.b64encode(b"\x89PNG\r\n\x1a\n" + text_chunk).decode()
    output = {"output_type": "display_data", "data": {"image/png": picture + "\n"}}
    (folder / "a.ipynb").write_text(json.dumps({"cells": [{"outputs": [output]}]}))

    report = audit([folder], redactor)

    assert [(found.place, found.encoding) for found in report.findings] == [("line 1", "base64")]


def test_virtual_environments_are_left_out_unless_named(folder: Path, redactor: Redactor) -> None:
    (folder / "venv" / "lib").mkdir(parents=True)
    (folder / "venv" / "pyvenv.cfg").touch()
    (folder / "venv" / "lib" / "a.py").write_text(KEY)

    assert audit([folder], redactor)
    assert not audit([folder / "venv"], redactor)


def test_archives_are_searched_entry_by_entry(
    folder: Path, redactor: Redactor, snapshot: SnapshotAssertion
) -> None:
    (folder / "a.log.gz").write_bytes(gzip.compress(f"\nkey {KEY}".encode()))
    (folder / "b.bz2").write_bytes(bz2.compress(json.dumps(KEY).encode()))
    (folder / "c.xz").write_bytes(lzma.compress(KEY.encode()))
    with ZipFile(folder / "d.whl", "w", ZIP_DEFLATED) as archive:
        archive.writestr("pkg/ä.py", "x = 1\n")
        archive.writestr("pkg/b.py", f"x = 1\nkey = '{quote(KEY)}'\n")
    with tarfile.open(folder / "e.tgz", "w:gz") as archive_of_tar:
        archive_of_tar.add(folder / "d.whl", "inner.whl")

    report = audit([folder], redactor)

    assert str(report) == snapshot
    assert redactor.find(str(report)) == []


def test_an_archive_that_is_cut_off_is_a_finding(
    folder: Path, redactor: Redactor, snapshot: SnapshotAssertion
) -> None:
    (folder / "a.gz").write_bytes(gzip.compress(os.urandom(5_000))[:-20])

    report = audit([folder], redactor)

    assert not report
    assert str(report) == snapshot


def test_files_of_databases_are_searched(folder: Path, redactor: Redactor) -> None:
    with closing(sqlite3.connect(folder / "a.db")) as database, database:
        database.execute("create table keys (key)")
        database.execute("insert into keys values (?)", [KEY])

    report = audit([folder], redactor)

    assert [(found.name, found.encoding) for found in report.findings] == [("api_key", "raw")]


def test_links_that_lead_round_come_to_an_end(folder: Path, redactor: Redactor) -> None:
    (folder / "round").symlink_to(folder.absolute(), target_is_directory=True)
    (folder / "a.txt").write_text(KEY)

    assert [found.file for found in audit([folder], redactor).findings] == [str(folder / "a.txt")]


def test_a_name_that_is_no_text_is_shown_in_escapes(folder: Path, redactor: Redactor) -> None:
    Path(os.fsdecode(bytes(folder) + b"/caf\xe9.txt")).write_text(KEY)

    report = audit([folder], redactor)

    assert [found.file for found in report.findings] == [f"{folder}/caf\\xe9.txt"]
    assert str(report).encode()


@pytest.mark.parametrize("before", [0, 1, 65_500, 65_540, 131_072, 200_001])
def test_a_big_file_is_searched_across_its_chunks(
    folder: Path, redactor: Redactor, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    monkeypatch.setattr(auditing, "_CHUNK", 65_536)
    lines = "x" * 99 + "\n"
    text = (lines * 2_100)[:before] + f" {KEY} a4711 {quote(KEY)}" + lines * 1_000
    (folder / "big.log").write_text(text)

    report = audit([folder], redactor)

    assert [(found.place, found.encoding) for found in report.findings] == [
        (f"line {before // 100 + 1:,}", "raw"),
        (f"line {before // 100 + 1:,}", "percent"),
    ]
