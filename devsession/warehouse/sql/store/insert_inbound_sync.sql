insert into DEVSESSION.SYNCS (
  SOURCE, IDENTIFIER, STRATEGY, DIRECTION, SYNC_PARAMETERS, STREAMS_CONFIGURATION, SLUG
)
select '', '', '', 'inbound', parse_json(?), parse_json(?), ?
