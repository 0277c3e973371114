insert into DEVSESSION.VERSION select cast(? as number)
