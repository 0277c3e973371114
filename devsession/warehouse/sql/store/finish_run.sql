update DEVSESSION.RUNS
set FINISHED = to_timestamp_ntz(?), STATUS = ?, COUNTS = parse_json(?)
where ID = cast(? as number)
