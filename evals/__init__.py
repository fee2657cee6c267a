"""Plain Inspect tasks; nothing here imports the harness."""
