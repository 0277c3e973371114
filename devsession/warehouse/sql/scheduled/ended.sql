-- How a run ended, of what the procedure answered.
select
  coalesce(get(${answer}, 'success')::boolean, false) as GOOD,
  iff(
    not coalesce(get(${answer}, 'success')::boolean, false),
    'failed',
    iff(coalesce(get_path(${answer}, 'data.timed_out')::boolean, false), 'timed out', 'completed')
  ) as STATUS,
  left(coalesce(get(${answer}, 'error')::varchar, 'it did not say why'), 5000) as TOLD
