"""What the steps of a workflow are, and what their authors build on: configuration, patterns, levels."""
