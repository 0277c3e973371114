select ${identifier} as IDENTIFIER, ${position} as POSITION, ${columns} from ${source}
