update DEVSESSION.SYNCS
set
  SOURCE = ?,
  IDENTIFIER = ?,
  STRATEGY = ?,
  TARGET_TYPE = ?,
  SYNC_PARAMETERS = parse_json(?),
  FIELD_MAPPINGS = parse_json(?)
where SLUG = ?
