select ${counts}
from (${mapped}) as MAPPED
