copy into ${loading} (APP_IDENTIFIER, RETRIEVE_DATE, RECORD_DATA, IS_DELETED, POSITION)
from (
  select
    $$1:APP_IDENTIFIER::varchar,
    $$1:RETRIEVE_DATE::timestamp_tz,
    $$1:RECORD_DATA::varchar,
    $$1:IS_DELETED::boolean,
    METADATA$$FILE_ROW_NUMBER + ${before}
  from @${place}
)
file_format = (type = parquet use_logical_type = true)
purge = true
