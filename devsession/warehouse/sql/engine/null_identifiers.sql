select * from ${source} where ${identifier} is null limit ${shown}
