select
  current_version(),
  current_account(),
  current_user(),
  current_role(),
  current_warehouse(),
  current_database(),
  current_schema()
