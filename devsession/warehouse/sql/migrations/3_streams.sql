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
)
