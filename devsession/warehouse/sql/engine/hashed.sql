select MAPPED.*, md5(${content}) as RECORD_HASH from (${mapped}) as MAPPED
