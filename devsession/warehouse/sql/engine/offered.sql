-- The hash covers the columns; only the records that are offered are made into objects.
select
  row_number() over (
    order by OFFERED.SYNC_ACTION, OFFERED.POSITION, OFFERED.IDENTIFIER
  ) as ROW_NUMBER,
  OFFERED.IDENTIFIER,
  s.APP_IDENTIFIER,
  OFFERED.SYNC_ACTION,
  iff(OFFERED.RECORD_HASH is null, null, ${record}) as TRANSFORMED_RECORD,
  s.TRANSFORMED_RECORD as TRANSFORMED_RECORD_PREVIOUS,
  s.RESULT,
  OFFERED.RECORD_HASH,
  s.RECORD_HASH as RECORD_HASH_PREVIOUS
from (
  select * from (${compared}) as COMPARED where SYNC_ACTION is not null ${limit}
) as OFFERED
left join ${state} as s on s.IDENTIFIER = OFFERED.IDENTIFIER
