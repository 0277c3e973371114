create or replace temporary table ${loading} (${columns})
