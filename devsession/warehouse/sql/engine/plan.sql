with OFFERED as (
  select IDENTIFIER, md5(${content}) as RECORD_HASH
  from (${mapped}) as MAPPED
)
select
  count(*) as TOTAL,
  count(o.IDENTIFIER) as IDENTIFIED,
  count(distinct o.IDENTIFIER) as DIFFERENT,
  coalesce(count_if(s.RECORD_HASH is null), 0) as NEW,
  coalesce(
    count_if(s.RECORD_HASH <> o.RECORD_HASH or s.RECORD_HASH is not null and s.APPLY_STATE <> 'SUCCESS'),
    0
  ) as CHANGED
from OFFERED as o
left join ${state} as s on s.IDENTIFIER = o.IDENTIFIER
