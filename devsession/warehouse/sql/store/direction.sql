select coalesce(DIRECTION, 'outbound') from DEVSESSION.SYNCS where SLUG = ?
