select
  SYNC_ACTION,
  min(ROW_NUMBER) as FIRST_ROW,
  max(ROW_NUMBER) as LAST_ROW,
  count(RECORD_HASH) as IN_SOURCE
from ${stage}
group by SYNC_ACTION
order by FIRST_ROW
