select count(*) from (select 1 as FOUND from ${table} limit 1) as FIRST_ONE
