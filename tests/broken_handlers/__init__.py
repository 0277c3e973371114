"""A gallery of broken handlers of events: the good one with one fault each, and the message that it earns.

Each module has a title in its docstring, the check of the contract that finds the fault in CHECK, and
the handler as `Broken`. docs/events-troubleshooting.md is made of it.
"""
