"""A service that cannot start: what its log says has to reach the person who started it."""

raise OSError(28, "No space left on device")
