-- The hash covers the columns; only the records that are offered are made into objects.
select
  row_number() over (order by SYNC_ACTION, POSITION, IDENTIFIER) as ROW_NUMBER,
  IDENTIFIER,
  APP_IDENTIFIER,
  SYNC_ACTION,
  iff(RECORD_HASH is null, null, ${record}) as TRANSFORMED_RECORD,
  TRANSFORMED_RECORD_PREVIOUS,
  RESULT,
  RECORD_HASH,
  RECORD_HASH_PREVIOUS
from (
  select
    CHOSEN.*,
    s.APP_IDENTIFIER,
    s.TRANSFORMED_RECORD as TRANSFORMED_RECORD_PREVIOUS,
    s.RESULT,
    s.RECORD_HASH as RECORD_HASH_PREVIOUS
  from (
    select * from (${compared}) as COMPARED where SYNC_ACTION is not null ${limit}
  ) as CHOSEN
  left join ${state} as s on s.IDENTIFIER = CHOSEN.IDENTIFIER
) as OFFERED
