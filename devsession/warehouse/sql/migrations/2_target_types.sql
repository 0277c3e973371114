alter table DEVSESSION.SYNCS add column if not exists TARGET_TYPE varchar
