-- Every version is kept. Positions go on where those of the table end.
insert into ${table} (
  APP_IDENTIFIER, STREAM_NAME, RETRIEVE_DATE, RECORD_DATA, IS_DELETED, POSITION
)
select
  APP_IDENTIFIER,
  ?,
  convert_timezone('UTC', RETRIEVE_DATE)::timestamp_ntz,
  parse_json(RECORD_DATA),
  IS_DELETED,
  POSITION + (select coalesce(max(POSITION), -1) + 1 from ${table})
from ${loading}
