insert into ${state} (
  IDENTIFIER,
  APP_IDENTIFIER,
  SYNC_ACTION,
  TRANSFORMED_RECORD,
  RECORD_HASH,
  RESULT,
  APPLY_STATE,
  APPLY_STATE_DATETIME,
  LOADBATCH_ID
)
select
  o.IDENTIFIER,
  o.APP_IDENTIFIER,
  o.SYNC_ACTION,
  iff(o.SUCCESS, o.TRANSFORMED_RECORD, null),
  iff(o.SUCCESS, o.RECORD_HASH, null),
  o.RESULT,
  iff(o.SUCCESS, 'SUCCESS', 'FAILED'),
  to_timestamp_ntz(?),
  ${run}
from (${outcomes}) as o
where not exists (select 1 from ${state} as s where s.IDENTIFIER = o.IDENTIFIER)
