-- What becomes of each record: a plan counts it, a run stages it, `changes` shows it.
select
  HASHED.* exclude (IDENTIFIER),
  coalesce(HASHED.IDENTIFIER, s.IDENTIFIER) as IDENTIFIER,
  s.APP_IDENTIFIER,
  s.TRANSFORMED_RECORD as TRANSFORMED_RECORD_PREVIOUS,
  s.RECORD_HASH as RECORD_HASH_PREVIOUS,
  s.RESULT,
  ${by_state} as SYNC_ACTION
from (${hashed}) as HASHED
full outer join ${state} as s on s.IDENTIFIER = HASHED.IDENTIFIER
