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
);

create table if not exists DEVSESSION.VERSION (
  NUMBER number not null
);

alter table DEVSESSION.SYNCS add column if not exists TARGET_TYPE varchar;

alter table DEVSESSION.SYNCS add column if not exists DIRECTION varchar;

alter table DEVSESSION.SYNCS add column if not exists STREAMS_CONFIGURATION variant;

create table if not exists DEVSESSION.STREAMS (
  ID number autoincrement,
  SYNC_ID number not null,
  NAME varchar not null,
  STORAGE_BEHAVIOUR varchar,
  KEY_FIELDS varchar,
  STATE varchar,
  FRESH_STATE varchar,
  JSON_SCHEMA varchar,
  VIEW_NAME varchar
);
