"""inbound/ is a project of its own, with its own plugin.py: its tests are run from there."""

collect_ignore = ["inbound"]
