create table if not exists ${table} (
  APP_IDENTIFIER varchar,
  STREAM_NAME varchar not null,
  RETRIEVE_DATE timestamp_ntz not null,
  RECORD_DATA variant,
  IS_DELETED boolean not null,
  POSITION number not null
)
