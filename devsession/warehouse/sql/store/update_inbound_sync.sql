update DEVSESSION.SYNCS
set SYNC_PARAMETERS = parse_json(?), STREAMS_CONFIGURATION = parse_json(?)
where SLUG = ?
