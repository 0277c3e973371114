insert into DEVSESSION.VERSION (NUMBER, INSTALLED_AT, INSTALLED_BY)
select ${number}, sysdate(), ${by}
where not exists (select 1 from DEVSESSION.VERSION where NUMBER = ${number})
