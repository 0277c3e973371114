select
  o.IDENTIFIER,
  o.SUCCESS,
  o.APP_IDENTIFIER,
  o.RESULT,
  g.SYNC_ACTION,
  g.APP_IDENTIFIER as APP_IDENTIFIER_PREVIOUS,
  g.TRANSFORMED_RECORD,
  g.TRANSFORMED_RECORD_PREVIOUS,
  g.RECORD_HASH,
  g.RECORD_HASH_PREVIOUS
from (
  select
    f.value[0]::varchar as IDENTIFIER,
    f.value[1]::boolean as SUCCESS,
    f.value[2]::varchar as APP_IDENTIFIER,
    f.value[3] as RESULT
  from table(flatten(input => parse_json(?))) as f
) as o
join ${stage} as g on g.IDENTIFIER = o.IDENTIFIER
