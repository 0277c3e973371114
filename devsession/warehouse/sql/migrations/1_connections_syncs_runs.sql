create table if not exists DEVSESSION.CONNECTIONS (
  PLUGIN_ID varchar not null,
  CONNECTION_METHOD varchar not null,
  CONNECTIVITY_OPTION varchar not null,
  CONNECTION_PARAMETERS variant,
  SECRET_NAMES variant
);

create table if not exists DEVSESSION.SYNCS (
  ID number autoincrement,
  SLUG varchar not null,
  SOURCE varchar not null,
  IDENTIFIER varchar not null,
  STRATEGY varchar not null,
  SYNC_PARAMETERS variant,
  FIELD_MAPPINGS variant
);

create table if not exists DEVSESSION.RUNS (
  ID number autoincrement,
  TOKEN varchar not null,
  SYNC_ID number not null,
  STARTED timestamp_ntz not null,
  FINISHED timestamp_ntz,
  STATUS varchar not null,
  COUNTS variant
)
