-- Of a key that comes more than once the last row counts. A tombstone says that the record is gone,
-- not what it was: its data stays that of the last row with data, where there is one.
merge into ${table} as t
using (
  select
    APP_IDENTIFIER,
    ? as STREAM_NAME,
    convert_timezone('UTC', max(RETRIEVE_DATE))::timestamp_ntz as RETRIEVE_DATE,
    parse_json(max_by(RECORD_DATA, iff(IS_DELETED, POSITION - 1e15, POSITION))) as RECORD_DATA,
    max_by(IS_DELETED, POSITION) as IS_DELETED,
    not booland_agg(IS_DELETED) as HAS_DATA,
    max(POSITION) + (select coalesce(max(POSITION), -1) + 1 from ${table}) as POSITION
  from ${loading}
  group by APP_IDENTIFIER
) as s
on t.APP_IDENTIFIER = s.APP_IDENTIFIER
when matched and s.HAS_DATA then update set
  RETRIEVE_DATE = s.RETRIEVE_DATE,
  RECORD_DATA = s.RECORD_DATA,
  IS_DELETED = s.IS_DELETED,
  POSITION = s.POSITION
when matched then update set
  RETRIEVE_DATE = s.RETRIEVE_DATE,
  IS_DELETED = s.IS_DELETED,
  POSITION = s.POSITION
when not matched then insert (
  APP_IDENTIFIER, STREAM_NAME, RETRIEVE_DATE, RECORD_DATA, IS_DELETED, POSITION
) values (
  s.APP_IDENTIFIER, s.STREAM_NAME, s.RETRIEVE_DATE, s.RECORD_DATA, s.IS_DELETED, s.POSITION
)
