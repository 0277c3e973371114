insert into ${loading}
select ${values}
from table(flatten(input => parse_json(?))) f
