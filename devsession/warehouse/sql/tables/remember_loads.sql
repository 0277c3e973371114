create table if not exists DEVSESSION.LOADED_TABLES (NAME varchar, DIGEST varchar, FINGERPRINT varchar)
