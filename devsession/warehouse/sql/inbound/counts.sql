select count(*), count_if(IS_DELETED) from ${table}
