"""A local process found by a port file: how the warehouse and the sandbox are started and found.

`Service` is the caller's side, `serve` the side of the process. The process is detached: it
outlives the kernel or command that started it. Its port file stays when it is gone, so that the
next one takes the same port and open connections find it again.
"""

from devsession.service.client import Service
from devsession.service.port_file import Address
from devsession.service.process import serve

__all__ = ["Address", "Service", "serve"]
