select * from ${table} ${chosen} order by IDENTIFIER ${limit}
