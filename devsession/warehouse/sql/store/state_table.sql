create table if not exists ${state} (
  IDENTIFIER varchar not null,
  APP_IDENTIFIER varchar,
  SYNC_ACTION varchar not null,
  TRANSFORMED_RECORD variant,
  RECORD_HASH varchar,
  RESULT variant,
  APPLY_STATE varchar not null,
  APPLY_STATE_DATETIME timestamp_ntz not null,
  LOADBATCH_ID number not null
)
