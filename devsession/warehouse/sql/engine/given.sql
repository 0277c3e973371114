select
  f.value[0]::varchar as IDENTIFIER,
  f.value[1]::boolean as SUCCESS,
  f.value[2]::varchar as APP_IDENTIFIER,
  f.value[3] as RESULT
from table(flatten(input => parse_json(?))) as f
