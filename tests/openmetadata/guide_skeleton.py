"""The skeleton of the developing-metadata-plugins guide. Only its import lines are changed.

What the guide leaves open, `...`, is filled: a client of a made-up system, and what it lists.
"""

from devsession.openmetadata import (
    Column,
    Source,
    Table,
    WorkflowContext,
)


class Raw:
    def __init__(self, name):
        self.name = name


class Client:
    closed = False

    def list_tables(self):
        return [Raw("orders"), Raw("customers")]

    def close(self):
        Client.closed = True


class MySystemSource(Source):
    def __init__(self, ctx: WorkflowContext):
        super().__init__()
        self.ctx = ctx
        self.client = Client()  # connect to your system

    def prepare(self):
        # auth, warmup
        pass

    def yield_tables(self):
        for raw in self.client.list_tables():
            yield Table(
                name=raw.name,
                database="sales",
                schema="public",
                columns=[Column(name="id", data_type="INT")],
                service=self.ctx.service,
            )

    def generate(self):
        yield from self.yield_tables()

    def close(self):
        self.client.close()
