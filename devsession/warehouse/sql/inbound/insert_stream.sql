insert into DEVSESSION.STREAMS (SYNC_ID, NAME, VIEW_NAME) select cast(? as number), ?, ?
