create or replace temporary table ${loading} (
  APP_IDENTIFIER varchar,
  RETRIEVE_DATE timestamp_tz,
  RECORD_DATA varchar,
  IS_DELETED boolean,
  POSITION number
)
