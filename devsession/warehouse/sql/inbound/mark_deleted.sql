update ${table}
set IS_DELETED = true, RETRIEVE_DATE = to_timestamp_ntz(?)
where not IS_DELETED and (${criteria})
