select upper(TABLE_NAME) from INFORMATION_SCHEMA.TABLES where TABLE_SCHEMA = ?
union all
select upper(VIEW_NAME) from DEVSESSION.STREAMS
