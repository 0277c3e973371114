create or replace view PUBLIC.${view} as
select ${columns}
from ${table}
where not IS_DELETED
