create or replace table ${supposed} as select * from ${state}
