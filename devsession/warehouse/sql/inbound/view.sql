create or replace view ${view} as
select ${columns}
from ${table}
where not IS_DELETED
