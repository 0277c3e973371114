"""For pytest's `-p devsession.testing.pytest_plugin`: a plugin in the Omnata dialect imports in tests
that begin with it. There is nothing more to do: with this module comes `import devsession`, which
finds the names. It is no entry point: pytest would rewrite every module of ours then.
"""
