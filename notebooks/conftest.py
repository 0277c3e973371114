"""The folders here are projects of their own, with a plugin.py each: their tests are run from there."""

collect_ignore = ["events", "inbound", "metadata"]
