delete from ${results}
