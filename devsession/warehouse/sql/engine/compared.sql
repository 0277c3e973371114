-- What becomes of each record: a plan counts it, a run stages it, `changes` shows it. Of what the app
-- holds only what is compared comes along, as a number: it is kept for every record while they are
-- joined.
select
  HASHED.* exclude (IDENTIFIER),
  coalesce(HASHED.IDENTIFIER, s.IDENTIFIER) as IDENTIFIER,
  ${by_state} as SYNC_ACTION
from (${hashed}) as HASHED
full outer join (
  select
    IDENTIFIER,
    iff(RECORD_HASH is null, null, hash(RECORD_HASH)) as HASH_OF_HASH,
    APPLY_STATE <> 'SUCCESS' and SYNC_ACTION is distinct from ${repeated} as FAILED
  from ${state}
) as s on s.IDENTIFIER = HASHED.IDENTIFIER
