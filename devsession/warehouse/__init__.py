"""The data warehouse: an embedded one of our own, or a Snowflake account, behind one `Account`."""

from devsession.quoting import quoted
from devsession.warehouse.account import Account
from devsession.warehouse.embedded import embedded_service, open_embedded

__all__ = ["Account", "embedded_service", "open_embedded", "quoted"]
