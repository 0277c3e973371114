select count(*) as TOTAL, count(IDENTIFIER) as IDENTIFIED, count(distinct IDENTIFIER) as DIFFERENT
from (select ${identifier} as IDENTIFIER from ${source}) as IDENTIFIERS
