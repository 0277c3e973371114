-- A failed record is as it was before the run, whatever was said of it in between, so that it is
-- offered again. A gone record has no hash: after its success the app holds nothing of it any more.
update ${state} as s
set
  APP_IDENTIFIER = iff(
    o.SUCCESS and o.RECORD_HASH is null,
    null,
    coalesce(o.APP_IDENTIFIER, s.APP_IDENTIFIER, o.APP_IDENTIFIER_PREVIOUS)
  ),
  SYNC_ACTION = o.SYNC_ACTION,
  TRANSFORMED_RECORD = iff(o.SUCCESS, o.TRANSFORMED_RECORD, o.TRANSFORMED_RECORD_PREVIOUS),
  RECORD_HASH = iff(o.SUCCESS, o.RECORD_HASH, o.RECORD_HASH_PREVIOUS),
  RESULT = o.RESULT,
  APPLY_STATE = iff(o.SUCCESS, 'SUCCESS', 'FAILED'),
  APPLY_STATE_DATETIME = to_timestamp_ntz(?),
  LOADBATCH_ID = ${run}
from (${outcomes}) as o
where s.IDENTIFIER = o.IDENTIFIER
