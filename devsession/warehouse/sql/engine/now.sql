select IDENTIFIER, ${record} as TRANSFORMED_RECORD
from (${mapped}) as MAPPED
where IDENTIFIER in (select f.value::varchar from table(flatten(input => parse_json(?))) as f)
