create stage if not exists DEVSESSION.INBOUND_FILES
