"""Loaded by pytest, so that a plugin in the Omnata dialect imports in tests that begin with it.

There is nothing more to do: with this module comes `import devsession`, which finds the names.
"""
