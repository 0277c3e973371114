select count(*), coalesce(count_if(IS_DELETED), 0) from ${table}
