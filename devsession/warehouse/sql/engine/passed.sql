-- Records that were sent and never stored, as a run of now would have staged them. One that is still
-- the same has the hash of now; the hash of another is of no record.
create or replace table ${stage} as
with PASSED as (
  select
    f.value[0]::varchar as IDENTIFIER,
    f.value[1]::varchar as SYNC_ACTION,
    f.value[2]::varchar as IS,
    f.value[3] as TRANSFORMED_RECORD
  from table(flatten(input => parse_json(?))) as f
)
select
  row_number() over (order by p.SYNC_ACTION, p.IDENTIFIER) as ROW_NUMBER,
  p.IDENTIFIER,
  s.APP_IDENTIFIER,
  p.SYNC_ACTION,
  iff(p.IS = 'gone', null, p.TRANSFORMED_RECORD) as TRANSFORMED_RECORD,
  s.TRANSFORMED_RECORD as TRANSFORMED_RECORD_PREVIOUS,
  s.RESULT,
  case p.IS when 'gone' then null when 'same' then HASHED.RECORD_HASH else p.IS end as RECORD_HASH,
  s.RECORD_HASH as RECORD_HASH_PREVIOUS
from PASSED as p
left join (${hashed}) as HASHED on HASHED.IDENTIFIER = p.IDENTIFIER
left join ${state} as s on s.IDENTIFIER = p.IDENTIFIER
