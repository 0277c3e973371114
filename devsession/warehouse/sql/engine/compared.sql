-- As stage.sql compares them, and nothing is kept. Only the records that are wanted are made into
-- objects.
with HASHED as (
  select MAPPED.*, md5(${content}) as RECORD_HASH
  from (${mapped}) as MAPPED
),
COMPARED as (
  select
    HASHED.* exclude (IDENTIFIER),
    coalesce(HASHED.IDENTIFIER, s.IDENTIFIER) as IDENTIFIER,
    s.APP_IDENTIFIER,
    s.TRANSFORMED_RECORD as TRANSFORMED_RECORD_PREVIOUS,
    s.RESULT,
    ${by_state} as SYNC_ACTION
  from HASHED
  full outer join ${state} as s on s.IDENTIFIER = HASHED.IDENTIFIER
)
select
  IDENTIFIER,
  APP_IDENTIFIER,
  SYNC_ACTION,
  iff(RECORD_HASH is null, null, ${record}) as TRANSFORMED_RECORD,
  TRANSFORMED_RECORD_PREVIOUS,
  RESULT
from (select * from COMPARED where ${wanted}) as WANTED
order by POSITION, IDENTIFIER
