insert into DEVSESSION.LOADED_TABLES select ?, ?, ?
