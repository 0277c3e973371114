"""Half an hour of work on one workspace: does a process grow? `python -m tests.soak --minutes 30`."""
