create table if not exists DEVSESSION.LOADED_TABLES (
  NAME varchar,
  DIGEST varchar,
  FINGERPRINT varchar
);

create stage if not exists DEVSESSION.INBOUND_FILES
