create table if not exists ${records} (
  ROW_NUMBER number,
  IDENTIFIER varchar,
  APP_IDENTIFIER varchar,
  SYNC_ACTION varchar,
  TRANSFORMED_RECORD variant,
  TRANSFORMED_RECORD_PREVIOUS variant,
  RESULT variant,
  RECORD_HASH varchar,
  RECORD_HASH_PREVIOUS varchar
)
