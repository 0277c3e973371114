call ${app}.API.COMPLETE_DEVELOPMENT_SESSION_RUN(${run_id}, ${apply_results})
