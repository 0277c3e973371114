"""A gallery of broken plugins: each a good one with one fault, and the message that it earns.

Each module has a title in its docstring, the check of the contract suite that finds the fault in
CHECK, and the plugin as `Broken`. docs/troubleshooting.md is made of it: `python -m
tests.refresh_troubleshooting`.
"""
