"""Terminal tasks in the Harbor format, on Docker or without it."""
