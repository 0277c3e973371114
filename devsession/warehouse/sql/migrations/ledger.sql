create table if not exists DEVSESSION.VERSION (
  NUMBER number not null
);

alter table DEVSESSION.VERSION add column if not exists INSTALLED_AT timestamp_ntz;

alter table DEVSESSION.VERSION add column if not exists INSTALLED_BY varchar
