-- Each state stands for itself, in the place of what is done with it.
select
  count(RECORD_HASH) as TOTAL,
  count(iff(RECORD_HASH is null, null, IDENTIFIER)) as IDENTIFIED,
  count(distinct iff(RECORD_HASH is null, null, IDENTIFIER)) as DIFFERENT,
  coalesce(count_if(SYNC_ACTION = 'new'), 0) as NEW,
  coalesce(count_if(SYNC_ACTION = 'changed'), 0) as CHANGED,
  coalesce(count_if(SYNC_ACTION = 'gone'), 0) as GONE,
  coalesce(count_if(SYNC_ACTION = 'unchanged'), 0) as UNCHANGED
from (${compared}) as COMPARED
