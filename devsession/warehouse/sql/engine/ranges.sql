select SYNC_ACTION, min(ROW_NUMBER) as FIRST_ROW, max(ROW_NUMBER) as LAST_ROW
from ${stage}
group by SYNC_ACTION
order by FIRST_ROW
