"""Many copies of one feature, each with one thing changed, that one process runs: what each said."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from tests.testing.behave_process import behave

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def edit(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), encoding="utf-8")


def failures(
    feature: Path, name: str, files: Mapping[str, Path], cases: Mapping[str, tuple[str, str, str]]
) -> dict[str, str]:
    """What each case said; it changes the feature, or one of these files, whose names have this
    `name` in them. The feature itself is gone afterwards.
    """
    project = feature.parents[1]
    text = feature.read_text(encoding="utf-8")
    for number, (case, (file, before, after)) in enumerate(cases.items()):
        of_case = {"feature": feature.with_name(f"case_{number:02}.feature")}
        told = text.replace(f"Feature: {feature.stem}", f"Feature: {case}")
        of_case["feature"].write_text(told.replace(name, str(number)), encoding="utf-8")
        for kind, path in files.items():
            of_case[kind] = path.with_name(path.name.replace(name, str(number)))
            shutil.copy(path, of_case[kind])
        edit(of_case[file], before.replace(name, str(number)), after)
    feature.unlink()
    ran = behave(project, "--format", "json", "--outfile", "told.json", "--no-summary")
    assert not ran.passed
    features = json.loads((project / "told.json").read_text(encoding="utf-8"))
    return {each["name"]: _said(each).replace(str(project), "project") for each in features}


def _said(feature: dict[str, Any]) -> str:
    """What the first scenario of a feature said when it failed."""
    steps = feature["elements"][0]["steps"]
    messages = [step["result"].get("error_message") for step in steps if "result" in step]
    return "\n".join(line for lines in messages if lines for line in lines)
