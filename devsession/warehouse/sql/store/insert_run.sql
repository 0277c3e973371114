insert into DEVSESSION.RUNS (TOKEN, SYNC_ID, STARTED, STATUS, COUNTS)
select ?, cast(? as number), to_timestamp_ntz(?), ?, parse_json('{}')
