"""The lines of requirements.txt: each a package by its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from devsession.errors import PublishError
from devsession.publish.wheels import without_credentials

if TYPE_CHECKING:
    from pathlib import Path

_COMMENT = re.compile(r"(^|\s)#.*")
# What pip reads in such a file, and is not read here -> what to write instead.
_INSTEAD = {
    r".*(--hash|\\$)": "write name and version alone, without hashes: requests==2.32.3",
    "-[rc]|--requirement|--constraint": "write the lines of that file here",
    r"-e|--editable|[./]|[^-].*://": "put its modules beside plugin.py; or make a wheel of it, name that "
    "here by name and version, and its folder in PIP_FIND_LINKS",
    "-": "an option of pip goes into its environment: PIP_INDEX_URL, PIP_FIND_LINKS ..",
}
_NAME_IT = "write name and version, such as requests>=2.32"


def requirements_in(file: Path) -> list[Requirement]:
    """The requirements of a file; none without it.

    Raises: PublishError for a line that names no package by its name (an option, a path, a URL), or a
        file that cannot be read.
    """
    if not file.is_file():
        return []
    found = []
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PublishError(
            f"{file.name} cannot be read",
            tried=getattr(error, "strerror", None) or "it is no UTF-8",
            where=str(file),
            next_step="save it as UTF-8, readable for you",
            step="package",
        ) from None
    for number, each in enumerate(text.splitlines(), start=1):
        line = _COMMENT.sub("", each).strip()
        if not line:
            continue
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            requirement = None
        if requirement is None or requirement.url:
            raise PublishError(
                f"A line of {file.name} names no package: {without_credentials(line)}",
                where=f"{file}, line {number}",
                next_step=next(
                    (step for kind, step in _INSTEAD.items() if re.match(kind, line)), _NAME_IT
                ),
                step="package",
                line=number,
            )
        found.append(requirement)
    return found
