drop table if exists ${loading}
