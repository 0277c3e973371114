"""A workflow: its run, its report, its file. Whatever else is here may be used by it."""
