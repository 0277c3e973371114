select to_json(object_construct(
  'scanned', ${scanned},
  'succeeded', count_if(o.SUCCESS),
  'created', count_if(o.SUCCESS and g.SYNC_ACTION = 'Create'),
  'updated', count_if(o.SUCCESS and g.SYNC_ACTION = 'Update'),
  'deleted', count_if(o.SUCCESS and g.SYNC_ACTION = 'Delete'),
  'sent', count_if(o.SUCCESS and g.SYNC_ACTION not in ('Create', 'Update', 'Delete')),
  'skipped', ${scanned} - count(g.RECORD_HASH),
  'unanswered', count_if(o.IDENTIFIER is null),
  'failed', count_if(not o.SUCCESS)
)) as COUNTS
from ${records} as g
left join (${given}) as o on o.IDENTIFIER = g.IDENTIFIER
