select * from ${table} limit ${rows}
