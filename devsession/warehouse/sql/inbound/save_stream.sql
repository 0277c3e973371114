update DEVSESSION.STREAMS
set STORAGE_BEHAVIOUR = ?, KEY_FIELDS = ?, STATE = ?, JSON_SCHEMA = ?
where ID = cast(? as number)
