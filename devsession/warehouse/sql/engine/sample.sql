select IDENTIFIER, ${record} as TRANSFORMED_RECORD
from (select * from (${mapped}) as MAPPED order by POSITION, IDENTIFIER limit ${records}) as FIRST_ONES
order by POSITION, IDENTIFIER
