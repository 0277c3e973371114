-- In place of what was staged before: the table stays, and with it what the application may do.
insert overwrite into ${records} (
  ROW_NUMBER,
  IDENTIFIER,
  APP_IDENTIFIER,
  SYNC_ACTION,
  TRANSFORMED_RECORD,
  TRANSFORMED_RECORD_PREVIOUS,
  RESULT,
  RECORD_HASH,
  RECORD_HASH_PREVIOUS
)
${offered}
