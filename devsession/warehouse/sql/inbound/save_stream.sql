update DEVSESSION.STREAMS
set STORAGE_BEHAVIOUR = ?, KEY_FIELDS = ?, STATE = ?, FRESH_STATE = ?, JSON_SCHEMA = ?
where ID = cast(? as number)
