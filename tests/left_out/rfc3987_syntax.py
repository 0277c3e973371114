"""Stands before the package of this name in the processes that tests start, as if it were not installed:
jsonschema compiles 39 grammars with it, for seconds, to check a format that no test has.
"""

raise ImportError("tests do without it")
