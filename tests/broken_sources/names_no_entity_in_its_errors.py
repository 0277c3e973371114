"""Its errors do not say what is lost"""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from devsession.openmetadata import Either, OMError
from tests.broken_sources.good import AcmeSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from devsession.openmetadata.steps.steps import Yielded

CHECK = "test_errors_have_structure"


class Broken(AcmeSource):
    """The good source, which says that something went wrong."""

    def generate(self) -> Iterator[Yielded]:
        try:
            yield from super().generate()
        except requests.HTTPError as error:
            yield Either(left=OMError("", str(error)))
