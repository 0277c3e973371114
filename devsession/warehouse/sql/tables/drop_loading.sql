drop table ${loading}
