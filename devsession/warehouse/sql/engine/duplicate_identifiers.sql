select * from ${source}
qualify count(*) over (partition by ${identifier}) > 1
order by ${identifier}
limit ${shown}
