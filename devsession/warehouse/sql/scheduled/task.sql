create or replace task ${task}
  warehouse = ${compute_warehouse}
  schedule = ${schedule}
  allow_overlapping_execution = false
  user_task_timeout_ms = ${timeout}
  comment = ${comment}
as
${block}
