insert into ${table}
  (IDENTIFIER, APP_IDENTIFIER, APPLY_STATE, APPLY_STATE_DATETIME, LOADBATCH_ID, RESULT)
select
  f.value[0]::varchar,
  f.value[2]::varchar,
  iff(f.value[1]::boolean, 'SUCCESS', 'DESTINATION_FAILURE'),
  ?,
  ?,
  f.value[3]
from table(flatten(input => parse_json(?))) as f
