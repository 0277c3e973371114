-- What append left: of each key all rows but the last go.
delete from ${table}
where POSITION not in (select max(POSITION) from ${table} group by APP_IDENTIFIER)
