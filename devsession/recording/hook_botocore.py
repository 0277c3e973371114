"""How we stand in botocore: what we refuse reaches the caller of boto3 as it is.

botocore makes an error of its own of whatever its HTTP layer raises. Its requests go through urllib3.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest import mock

from botocore.exceptions import HTTPClientError
from botocore.httpsession import URLLib3Session

from devsession.errors import DevsessionError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def unwrapped_botocore() -> Iterator[None]:
    """Errors of ours are not wrapped by botocore, until the block ends."""
    send = URLLib3Session.send

    def sending(session: Any, request: Any) -> Any:
        try:
            return send(session, request)
        except HTTPClientError as error:
            if isinstance(error.__context__, DevsessionError):
                raise error.__context__ from None
            raise

    with mock.patch.object(URLLib3Session, "send", sending):
        yield
