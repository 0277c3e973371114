"""Plugins with one mistake each. The message that each one earns is a snapshot."""
