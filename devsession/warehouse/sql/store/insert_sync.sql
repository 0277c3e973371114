insert into DEVSESSION.SYNCS (
  SOURCE, IDENTIFIER, STRATEGY, TARGET_TYPE, SYNC_PARAMETERS, FIELD_MAPPINGS, SLUG
)
select ?, ?, ?, ?, parse_json(?), parse_json(?), ?
