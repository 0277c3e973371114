delete from DEVSESSION.LOADED_TABLES where NAME = ?
