select count(*), coalesce(sum(mod(hash(${columns}), 1000003)), 0) from ${table}
