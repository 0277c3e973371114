"""A local process found by a port file: how the warehouse and the sandbox are started and found.

`Service` is the caller's side, `serve` the side of the process. The process is detached: it
outlives the kernel or command that started it. Its port file stays when it is gone, so that the
next one takes the same port and open connections find it again. One that keeps its data on disk
ends by itself when nobody uses it, and the next use starts it.
"""

from devsession.service.client import Service
from devsession.service.ending import Ending
from devsession.service.port_file import Address
from devsession.service.process import serve
from devsession.service.use import Use

__all__ = ["Address", "Ending", "Service", "Use", "serve"]
