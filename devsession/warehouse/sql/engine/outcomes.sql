select
  o.IDENTIFIER,
  o.SUCCESS,
  o.APP_IDENTIFIER,
  o.RESULT,
  g.SYNC_ACTION,
  g.APP_IDENTIFIER as APP_IDENTIFIER_PREVIOUS,
  g.TRANSFORMED_RECORD,
  g.TRANSFORMED_RECORD_PREVIOUS,
  g.RECORD_HASH,
  g.RECORD_HASH_PREVIOUS
from (${given}) as o
join ${stage} as g on g.IDENTIFIER = o.IDENTIFIER
-- Outcomes come about in the order of the stage: of a large one, a warehouse then reads a small part.
where g.IDENTIFIER between ? and ?
