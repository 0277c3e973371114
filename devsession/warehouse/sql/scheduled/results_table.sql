create table if not exists ${results} (
  IDENTIFIER varchar,
  APP_IDENTIFIER varchar,
  APPLY_STATE varchar,
  APPLY_STATE_DATETIME timestamp_ntz,
  LOADBATCH_ID number,
  RESULT variant
)
