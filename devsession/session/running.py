"""Running a sync for real, whichever way it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devsession.session.inbound_sync import InboundSync

if TYPE_CHECKING:
    from devsession.session.development import DevelopmentSession
    from devsession.session.inbound_summary import InboundSummary
    from devsession.session.run import RunSummary
    from devsession.session.sync import Sync


def run_sync(
    session: DevelopmentSession, sync: Sync | InboundSync, *, time_limit_mins: float
) -> RunSummary | InboundSummary:
    """Run it. Raises: as the run of its direction."""
    if isinstance(sync, InboundSync):
        from devsession.session.inbound_run import run_inbound

        return run_inbound(session, sync, time_limit_mins=time_limit_mins)
    from devsession.session import run

    return run.run_sync(session, sync, time_limit_mins=time_limit_mins)
