with HASHED as (
  select IDENTIFIER, md5(${content}) as RECORD_HASH
  from (${mapped}) as MAPPED
),
COMPARED as (
  select HASHED.IDENTIFIER, HASHED.RECORD_HASH, ${by_state} as STATE
  from HASHED
  full outer join ${state} as s on s.IDENTIFIER = HASHED.IDENTIFIER
)
select
  count(RECORD_HASH) as TOTAL,
  count(IDENTIFIER) as IDENTIFIED,
  count(distinct IDENTIFIER) as DIFFERENT,
  coalesce(count_if(STATE = 'new'), 0) as NEW,
  coalesce(count_if(STATE = 'changed'), 0) as CHANGED,
  coalesce(count_if(STATE = 'gone'), 0) as GONE,
  coalesce(count_if(STATE = 'unchanged'), 0) as UNCHANGED
from COMPARED
