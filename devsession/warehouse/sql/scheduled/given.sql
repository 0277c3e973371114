-- What the application has stored as outcomes; of a record the last.
select IDENTIFIER, APPLY_STATE = 'SUCCESS' as SUCCESS, APP_IDENTIFIER, RESULT
from ${results}
qualify row_number() over (partition by IDENTIFIER order by LOADBATCH_ID desc) = 1
