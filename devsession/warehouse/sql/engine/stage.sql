-- The hash covers the columns; only the records that are offered are made into objects.
create or replace table ${stage} as
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
    s.RECORD_HASH as RECORD_HASH_PREVIOUS,
    s.RESULT,
    ${by_state} as SYNC_ACTION
  from HASHED
  full outer join ${state} as s on s.IDENTIFIER = HASHED.IDENTIFIER
),
OFFERED as (
  select * from COMPARED where SYNC_ACTION is not null ${limit}
)
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
from OFFERED
