-- Makes the warehouse compute every value, and return one.
select FIELD, count(*)
from (select ${expression} as FIELD from ${source}) as EVALUATED
group by FIELD
limit 1
