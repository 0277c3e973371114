-- What becomes of each record: a plan counts it, a run stages it, `changes` shows it. Of what the app
-- holds only what is compared comes along: the rest would have to be kept for every record.
select
  HASHED.* exclude (IDENTIFIER),
  coalesce(HASHED.IDENTIFIER, s.IDENTIFIER) as IDENTIFIER,
  s.RECORD_HASH as RECORD_HASH_PREVIOUS,
  ${by_state} as SYNC_ACTION
from (${hashed}) as HASHED
full outer join (
  select
    IDENTIFIER,
    RECORD_HASH,
    APPLY_STATE <> 'SUCCESS' and SYNC_ACTION is distinct from ${repeated} as FAILED
  from ${state}
) as s on s.IDENTIFIER = HASHED.IDENTIFIER
