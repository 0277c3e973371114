"""Sources, sinks and a stage that ship; processors that ship are in `processors`."""
