"""Drive Inspect and keep a record."""
