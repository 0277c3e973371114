select QUERY_ID, QUERY_TEXT, DATABASE_NAME, SCHEMA_NAME, SESSION_ID, USER_NAME, START_TIME,
       TOTAL_ELAPSED_TIME, ROWS_PRODUCED
from SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY
where EXECUTION_STATUS = 'SUCCESS'
  and START_TIME >= cast(? as timestamp_ltz)
  and (QUERY_TEXT ilike '%create%' or QUERY_TEXT ilike '%insert%'
       or QUERY_TEXT ilike '%merge%' or QUERY_TEXT ilike '%update%')
order by START_TIME desc
limit ${most}
