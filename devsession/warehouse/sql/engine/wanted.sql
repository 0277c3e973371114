-- As a run would stage them, and nothing is kept.
select
  IDENTIFIER,
  APP_IDENTIFIER,
  SYNC_ACTION,
  iff(RECORD_HASH is null, null, ${record}) as TRANSFORMED_RECORD,
  TRANSFORMED_RECORD_PREVIOUS,
  RESULT
from (select * from (${compared}) as COMPARED where ${wanted}) as WANTED
order by POSITION, IDENTIFIER
