"""The data warehouse: an embedded one of our own, or a Snowflake account, behind one `Account`."""

from devsession.warehouse.account import Account, quoted
from devsession.warehouse.embedded import embedded_service, open_embedded

__all__ = ["Account", "embedded_service", "open_embedded", "quoted"]
