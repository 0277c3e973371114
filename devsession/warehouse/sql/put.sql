put ${file} @${folder} auto_compress = false
