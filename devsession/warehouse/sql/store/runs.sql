select ID, SYNC_ID, STARTED, FINISHED, STATUS, COUNTS
from DEVSESSION.RUNS
where SYNC_ID = cast(? as number)
order by ID desc
