-- As a run would stage them, and nothing is kept.
select
  WANTED.IDENTIFIER,
  s.APP_IDENTIFIER,
  WANTED.SYNC_ACTION,
  iff(WANTED.RECORD_HASH is null, null, ${record}) as TRANSFORMED_RECORD,
  s.TRANSFORMED_RECORD as TRANSFORMED_RECORD_PREVIOUS,
  s.RESULT
from (select * from (${compared}) as COMPARED where ${wanted}) as WANTED
left join ${state} as s on s.IDENTIFIER = WANTED.IDENTIFIER
order by WANTED.POSITION, WANTED.IDENTIFIER
