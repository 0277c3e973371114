select count(RECORD_HASH) as HELD from ${state}
