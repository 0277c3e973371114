select ${columns} from ${source} limit 1
